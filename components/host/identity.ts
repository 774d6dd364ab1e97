import type { Account } from '../../provider/inputs.ts';

export interface Identity {
  machineId: string;
  account: Account;
}

/** @throws when the host said something else than `identity.sh` says */
export function parseIdentity(stdout: string): Identity {
  const found: unknown = JSON.parse(stdout);
  if (isIdentity(found)) return found;
  throw new Error(
    `the host did not say which machine it is: found ${JSON.stringify(stdout)}, expected machineId and account`,
  );
}

function isIdentity(value: unknown): value is Identity {
  const { machineId, account } = (value ?? {}) as { machineId?: unknown; account?: Record<string, unknown> };
  return (
    typeof machineId === 'string' &&
    /^[0-9a-f]{32}$/.test(machineId) &&
    typeof account?.name === 'string' &&
    typeof account.uid === 'number' &&
    typeof account.subuidStart === 'number'
  );
}
