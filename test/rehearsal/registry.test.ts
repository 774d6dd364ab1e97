import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Registry, startRegistry } from '../../rehearsal/registry.ts';

const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const manifests = { '1.0': '{"schemaVersion":2}', '1.1': '{"schemaVersion":2,"config":{}}' };
const layer = 'a layer';
const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

let layout: string;
let registry: Registry;
beforeAll(async () => {
  layout = mkdtempSync(join(tmpdir(), 'layout-'));
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  for (const content of [...Object.values(manifests), layer]) {
    writeFileSync(join(layout, 'blobs', digestOf(content).replace(':', '/')), content);
  }
  const described = Object.entries(manifests).map(([tag, content]) => ({
    mediaType,
    digest: digestOf(content),
    annotations: { 'io.containerd.image.name': `docker.io/some/image:${tag}` },
  }));
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ manifests: described }));
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

test.each(['1.0', digestOf(manifests['1.0'])])('the manifest, by %s', async (reference) => {
  const path = `/v2/some/image/manifests/${reference}`;
  expect(await get(path)).toEqual({ status: 200, type: mediaType, body: manifests['1.0'] });
  expect(await get(path, 'HEAD')).toEqual({ status: 200, type: mediaType, body: '' });
  const { headers } = await fetch(`http://127.0.0.1:${registry.port}${path}`, { method: 'HEAD' });
  expect(headers.get('content-length')).toBe(String(manifests['1.0'].length));
});

test('a layer', async () => {
  expect(await get(`/v2/some/image/blobs/${digestOf(layer)}`)).toMatchObject({ status: 200, body: layer });
});

test('a tag that is moved names the other image; each is there by its digest still', async () => {
  expect(registry.digest('some/image:1.0')).toBe(digestOf(manifests['1.0']));
  expect(registry.digest('some/image:2.0')).toBeUndefined();
  registry.tag('some/image:stable', 'some/image:1.0');
  registry.tag('some/image:stable', 'some/image:1.1');
  expect(registry.digest('some/image:stable')).toBe(digestOf(manifests['1.1']));
  expect((await get('/v2/some/image/manifests/stable')).body).toBe(manifests['1.1']);
  expect((await get(`/v2/some/image/manifests/${digestOf(manifests['1.0'])}`)).status).toBe(200);
  expect(() => registry.tag('some/image:stable', 'other')).toThrow(
    'has no image "other", only some/image:1.0',
  );
});

test.each([
  `/v2/x/blobs/${digestOf('another')}`,
  '/v2/x/blobs/../../index.json',
  '/v2/x/blobs/sha256:x',
  '/v2/some/image/manifests/9.9',
  '/',
])('nothing at %s', async (path) => {
  expect(await get(path)).toMatchObject({ status: 404 });
});
