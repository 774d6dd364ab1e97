import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Registry {
  port: number;
  /** `sha256:…` of `team/app:1`; undefined: it has no such image */
  digest(reference: string): string | undefined;
  /** Lets a tag name another of its images from now on, as a push of that name would. @throws when it has no such image */
  tag(reference: string, image: string): void;
  close(): Promise<void>;
}

interface Descriptor {
  mediaType: string;
  digest: string;
  annotations?: Record<string, string>;
}

/** Where the image format of Docker keeps the whole name: `docker.io/team/app:1`. */
const nameOf = 'io.containerd.image.name';

/**
 * A registry of some images: what the OCI distribution specification says of pulls, read from an image layout as
 * `docker save` writes it. Without TLS and without credentials.
 */
export async function startRegistry(layout: string): Promise<Registry> {
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: Descriptor[];
  };
  const tags = new Map(
    manifests.map((manifest) => [
      manifest.annotations?.[nameOf]?.replace(/^docker\.io\//, '') ?? '',
      manifest,
    ]),
  );
  const server = createServer((request, response) => {
    const found = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(request.url ?? '');
    if (request.url === '/v2/') response.end('{}');
    else if (!found) response.writeHead(404).end();
    else {
      const [, name = '', kind, reference = ''] = found;
      const tagged = kind === 'manifests' ? tags.get(`${name}:${reference}`) : undefined;
      const manifest = tagged ?? manifests.find(({ digest }) => digest === reference);
      send(
        layout,
        manifest ?? { digest: reference, mediaType: 'application/octet-stream' },
        request,
        response,
      );
    }
  });
  await new Promise<void>((listening) => server.listen(0, listening));
  return {
    port: (server.address() as AddressInfo).port,
    digest: (reference) => tags.get(reference)?.digest,
    tag(reference, image) {
      const manifest = tags.get(image);
      if (!manifest)
        throw new Error(`the registry has no image "${image}", only ${[...tags.keys()].join(', ')}`);
      tags.set(reference, manifest);
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function send(
  layout: string,
  { digest, mediaType }: Descriptor,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const file = join(layout, 'blobs', ...digest.split(':'));
  if (!/^sha256:[0-9a-f]{64}$/.test(digest) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  // Docker asks for a manifest's head only, and wants to know how long it is
  const length = statSync(file).size;
  response.writeHead(200, {
    'content-type': mediaType,
    'content-length': length,
    'docker-content-digest': digest,
  });
  if (request.method === 'HEAD') response.end();
  else createReadStream(file).pipe(response);
}
