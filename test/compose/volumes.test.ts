import { describe, expect, test } from '@jest/globals';
import { fileWith, load, refusals, web } from './file.ts';

const mounted = (volume: string) => load(fileWith('volumes: ["data:/data"]', `volumes: {data: ${volume}}`));

describe('a volume that exists already', () => {
  test.each([
    ['{external: true}', { volume: 'data', name: 'data', source: 'keep' }],
    ['{external: true, name: cortex_data}', { volume: 'data', name: 'cortex_data', source: 'keep' }],
    ['{external: "true", name: a.b, x-source: keep}', { volume: 'data', name: 'a.b', source: 'keep' }],
    ['{external: true, x-source: remove}', { volume: 'data', name: 'data', source: 'remove' }],
  ])('%s is carried in', (text, expected) => {
    expect(mounted(text).externalVolumes).toEqual([expected]);
  });

  test.each(['', '{driver: local}', '{external: false}'])('%s is none', (text) => {
    expect(mounted(text).externalVolumes).toEqual([]);
  });

  test('one that no active service mounts is left where it is', () => {
    const file = fileWith('volumes: ["data:/data"]\nprofiles: [some]', 'volumes: {data: {external: true}}');
    const other = file.replace('services:', 'services:\n  other: {image: "team/other:1"}');
    expect(load(other).externalVolumes).toEqual([]);
    expect(load(other, { profiles: ['some'] }).externalVolumes).toHaveLength(1);
  });

  test.each([
    ['{name: x}', 'volumes.data.name: external: true beside it'],
    ['{x-source: remove}', 'volumes.data.x-source: external: true beside it'],
    ['{external: true, name: "-rf"}', 'volumes.data.name: the name of a volume'],
    ['{external: true, x-source: drop}', 'volumes.data.x-source: keep or remove'],
    ['{external: {name: x}}', 'volumes.data.external: true or false'],
  ])('%s is refused', (text, expected) => {
    const found = refusals('volumes: ["data:/data"]', `volumes: {data: ${text}}`);
    expect(found.join('\n')).toContain(expected);
  });
});

describe('how much is compared by hash', () => {
  test('is of the volume, and left out where it is the default', () => {
    const mount = (text: string) => web('volumes: ["data:/data"]', `volumes: {data: ${text}}`).mounts[0];
    expect(mount('{x-hash-below: 1g}')).toMatchObject({ hashBelowBytes: 1024 ** 3 });
    expect(mount('{x-hash-below: 0}')).toMatchObject({ hashBelowBytes: 0 });
    expect(mount('')).not.toHaveProperty('hashBelowBytes');
  });

  test('is a size', () => {
    expect(refusals('volumes: ["data:/data"]', 'volumes: {data: {x-hash-below: much}}').join()).toContain(
      'x-hash-below',
    );
  });
});
