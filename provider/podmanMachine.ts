import { execFileSync } from 'node:child_process';
import type { Connection } from './ssh/args.ts';
import { HostError } from './ssh/problem.ts';

/**
 * How a machine of Podman's is reached in this run: by the port of this laptop that Podman forwards to it, which is
 * another one after the machine was made anew.
 *
 * @param ask prints `podman machine inspect NAME`. Replaced in tests
 * @throws {HostError} `unreachable` where it does not run; `failed` where there is no such machine
 */
export function machineConnection(machine: string, ask: (machine: string) => string = inspect): Connection {
  let found: unknown;
  const printed = ask(machine);
  try {
    [found] = JSON.parse(printed) as unknown[];
  } catch {
    found = undefined;
  }
  const { Name, State, SSHConfig } = (found ?? {}) as {
    Name?: unknown;
    State?: unknown;
    SSHConfig?: { IdentityPath?: unknown; Port?: unknown; RemoteUsername?: unknown };
  };
  const { IdentityPath: identityFile, Port: port, RemoteUsername: user } = SSHConfig ?? {};
  if (
    Name !== machine ||
    typeof identityFile !== 'string' ||
    typeof port !== 'number' ||
    typeof user !== 'string'
  )
    throw new HostError(
      'failed',
      `podman machine inspect ${machine}: expected one machine of that name, with its SSHConfig; see podman machine list`,
    );
  if (State !== 'running')
    throw new HostError(
      'unreachable',
      `the Podman machine ${machine} is ${State}: podman machine start ${machine}. Nothing was changed`,
    );
  return { address: '127.0.0.1', port, user, identityFile };
}

function inspect(machine: string): string {
  try {
    return execFileSync('podman', ['machine', 'inspect', machine], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    const said = code === 'ENOENT' ? 'podman is not on PATH' : `${stderr ?? error}`.trim();
    throw new HostError('failed', `podman machine inspect ${machine}: ${said}`);
  }
}
