import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KeyService {
  /** what `pulumi` needs in its environment to find it */
  environment: Record<string, string>;
  /** of the key, as `--secrets-provider` takes it */
  url: string;
  close(): Promise<void>;
}

/**
 * A service that keeps a key and never shows it, as Cloud KMS does. Pulumi's driver for that one reaches no other
 * address than Google's, so this one speaks as the transit engine of HashiCorp Vault:
 * https://developer.hashicorp.com/vault/api-docs/secret/transit. What Pulumi does with the one it does with the other.
 */
export async function startKeyService(): Promise<KeyService> {
  const key = randomBytes(32);
  const server = createServer(async (request, response) => {
    const [, operation] = /^\/v1\/transit\/(encrypt|decrypt)\/cortex$/.exec(request.url ?? '') ?? [];
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, string>;
    try {
      if (operation === 'encrypt') response.end(answer({ ciphertext: encrypt(key, asked.plaintext ?? '') }));
      else if (operation === 'decrypt')
        response.end(answer({ plaintext: decrypt(key, asked.ciphertext ?? '') }));
      else response.writeHead(404).end('{"errors":[]}');
    } catch (error) {
      response.writeHead(400).end(JSON.stringify({ errors: [String(error)] }));
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    environment: { VAULT_SERVER_URL: `http://127.0.0.1:${port}`, VAULT_SERVER_TOKEN: 'of-a-rehearsal' },
    url: 'hashivault://cortex',
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

function answer(data: Record<string, string>): string {
  return JSON.stringify({ data });
}

/** `vault:v1:` and base64: 12 random bytes, the tag of 16, the rest. */
function encrypt(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return `vault:v1:${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')}`;
}

function decrypt(key: Buffer, ciphertext: string): string {
  const data = Buffer.from(ciphertext.replace('vault:v1:', ''), 'base64');
  const cipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, 12));
  cipher.setAuthTag(data.subarray(12, 28));
  return Buffer.concat([cipher.update(data.subarray(28)), cipher.final()]).toString();
}
