import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Registry {
  port: number;
  close(): Promise<void>;
}

interface Descriptor {
  mediaType: string;
  digest: string;
}

/**
 * A registry of one image, under any name and tag: what the OCI distribution specification says of pulls, read
 * from an image layout as `docker save` writes it. Without TLS and without credentials.
 */
export async function startRegistry(layout: string): Promise<Registry> {
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: Descriptor[];
  };
  const server = createServer((request, response) => answer(layout, manifests, request, response));
  await new Promise<void>((listening) => server.listen(0, listening));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function answer(layout: string, manifests: Descriptor[], request: IncomingMessage, response: ServerResponse) {
  const [, kind, reference = ''] = /^\/v2\/.+\/(manifests|blobs)\/([^/]+)$/.exec(request.url ?? '') ?? [];
  if (request.url === '/v2/') {
    response.end('{}');
    return;
  }
  const found =
    manifests.find(({ digest }) => digest === reference) ?? (kind === 'manifests' ? manifests[0] : undefined);
  const digest = reference.startsWith('sha256:') ? reference : found?.digest;
  const file = join(layout, 'blobs', ...(digest ?? '').split(':'));
  if (!digest || !/^sha256:[0-9a-f]{64}$/.test(digest) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': kind === 'manifests' && found ? found.mediaType : 'application/octet-stream',
    'docker-content-digest': digest,
  });
  if (request.method === 'HEAD') response.end();
  else createReadStream(file).pipe(response);
}
