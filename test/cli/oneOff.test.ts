import { homedir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { parseVolume } from '../../cli/oneOff/volume.ts';

describe('-v', () => {
  test.each([
    ['.:/app', { kind: 'folder', path: '/home/me/project', target: '/app', readOnly: false }],
    ['./data:/data:ro', { kind: 'folder', path: '/home/me/project/data', target: '/data', readOnly: true }],
    ['/abs:/data:rw', { kind: 'folder', path: '/abs', target: '/data', readOnly: false }],
    [
      'data/sub:/data',
      { kind: 'folder', path: '/home/me/project/data/sub', target: '/data', readOnly: false },
    ],
    ['~/x:/x', { kind: 'folder', path: `${homedir()}/x`, target: '/x', readOnly: false }],
    ['engine-state:/state', { kind: 'volume', volume: 'engine-state', target: '/state' }],
    ['engine-state:/state:ro', { kind: 'volume', volume: 'engine-state', target: '/state' }],
  ])('%s', (text, volume) => expect(parseVolume(text, '/home/me/project')).toEqual(volume));

  test.each([
    ['/app', 'FROM:TO'],
    [':/app', 'FROM:TO'],
    ['.:app', 'an absolute path in the container'],
    ['.:/app:ro:z', 'FROM:TO'],
    ['.:/app:Z', "ro or rw at the end, found 'Z'"],
    ['engine-state:/state:rw', 'read-only here'],
  ])('%s is refused', (text, expected) => {
    expect(() => parseVolume(text, '/')).toThrow(expect.objectContaining({ code: 2 }));
    expect(() => parseVolume(text, '/')).toThrow(`-v '${text}': expected`);
    expect(() => parseVolume(text, '/')).toThrow(expected);
  });
});
