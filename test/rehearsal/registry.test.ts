import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Registry, startRegistry } from '../../rehearsal/registry.ts';

const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const manifest = '{"schemaVersion":2}';
const layer = 'a layer';
const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

let layout: string;
let registry: Registry;
beforeAll(async () => {
  layout = mkdtempSync(join(tmpdir(), 'layout-'));
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  for (const content of [manifest, layer]) {
    writeFileSync(join(layout, 'blobs', digestOf(content).replace(':', '/')), content);
  }
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({ manifests: [{ mediaType, digest: digestOf(manifest) }] }),
  );
  registry = await startRegistry(layout);
});
afterAll(async () => {
  await registry.close();
  rmSync(layout, { recursive: true });
});

async function get(path: string, method = 'GET') {
  const response = await fetch(`http://127.0.0.1:${registry.port}${path}`, { method });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

test('it says that it is one', async () => {
  expect(await get('/v2/')).toMatchObject({ status: 200 });
});

test.each(['1.0', digestOf(manifest)])('the manifest, by %s', async (reference) => {
  const path = `/v2/some/image/manifests/${reference}`;
  expect(await get(path)).toEqual({ status: 200, type: mediaType, body: manifest });
  expect(await get(path, 'HEAD')).toEqual({ status: 200, type: mediaType, body: '' });
});

test('a layer', async () => {
  expect(await get(`/v2/some/image/blobs/${digestOf(layer)}`)).toMatchObject({ status: 200, body: layer });
});

test.each([
  `/v2/x/blobs/${digestOf('another')}`,
  '/v2/x/blobs/../../index.json',
  '/v2/x/blobs/sha256:x',
  '/',
])('nothing at %s', async (path) => {
  expect(await get(path)).toMatchObject({ status: 404 });
});
