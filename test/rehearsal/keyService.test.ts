import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type KeyService, startKeyService } from '../../rehearsal/keyService.ts';

let keys: KeyService;
beforeAll(async () => {
  keys = await startKeyService();
});
afterAll(() => keys.close());

async function ask(
  operation: string,
  body: object,
): Promise<{ status: number; ciphertext?: string; plaintext?: string }> {
  const url = `${keys.environment.VAULT_SERVER_URL}/v1/transit/${operation}/cortex`;
  const response = await fetch(url, { method: 'PUT', body: JSON.stringify(body) });
  const { data } = (await response.json()) as { data?: Record<string, string> };
  return { status: response.status, ...data };
}

test('what it encrypts it alone decrypts, and nothing that was changed', async () => {
  const plaintext = Buffer.from('a key of data').toString('base64');
  const { ciphertext = '' } = await ask('encrypt', { plaintext });
  expect(ciphertext).toMatch(/^vault:v1:/);
  expect(ciphertext).not.toContain(plaintext);
  expect(await ask('decrypt', { ciphertext })).toEqual({ status: 200, plaintext });
  const changed = `vault:v1:${Buffer.alloc(40).toString('base64')}`;
  expect(await ask('decrypt', { ciphertext: changed })).toEqual({ status: 400 });
  expect(await ask('rotate', {})).toEqual({ status: 404 });
});
