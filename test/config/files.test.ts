import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fileSources, hidden, services, stackFile, stackNames } from '../../config/files.ts';
import { parseConfig } from '../../config/parse.ts';
import { declaredStack } from '../../system/declared.ts';

const project = join(import.meta.dirname, '../..');

describe("the project's own files", () => {
  test('name the stacks and the services', () => {
    expect(stackNames(project)).toEqual(expect.arrayContaining(['dev', 'prod', 'staging']));
    expect(services(project)?.['cortex-editor']).toEqual({ profiles: ['editor'] });
    expect(stackFile(project, 'prod')['cortex:runtime']).toBe('docker');
    expect(stackFile(project, 'none')).toEqual({});
  });

  test('are a configuration, without Pulumi', () => {
    expect(parseConfig(fileSources(project, 'staging'))).toMatchObject({
      stack: 'staging',
      runtime: 'podman',
      profiles: ['editor', 'tunnel'],
      env: { SESSION_DAYS: '1' },
      host: { kind: 'gcp', machineType: 'e2-small', account: 'cortex' },
    });
  });
});

describe('what is encrypted', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'files-'));
    writeFileSync(join(root, 'Pulumi.yaml'), 'config:\n  runtime: { default: docker }\n  host: {}\n');
    writeFileSync(join(root, 'compose.yaml'), 'services: { web: { image: "web:1" } }\n');
    writeFileSync(
      join(root, 'Pulumi.a.yaml'),
      'secretsprovider: gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k\nencryptedkey: a-key\n' +
        'config:\n  cortex:secrets: { TOKEN: { secure: "v1:cipher" } }\n  cortex:profiles: [{ secure: "v1:x" }, b]\n',
    );
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('stays encrypted, with whatever key: its name is known, its value is not', () => {
    const sources = fileSources(root, 'a');
    expect(sources.raw).toEqual({
      'cortex:runtime': 'docker',
      'cortex:secrets': JSON.stringify({ TOKEN: hidden }),
      'cortex:profiles': JSON.stringify([hidden, 'b']),
    });
    expect(sources.encrypted).toEqual(['cortex:secrets', 'cortex:profiles']);
    expect(sources.services).toEqual({ web: { profiles: [] } });
  });
});

describe('a compose file that cannot be read', () => {
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample0';
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'files-'));
    copyFileSync(join(project, 'Pulumi.yaml'), join(root, 'Pulumi.yaml'));
    writeFileSync(
      join(root, 'Pulumi.a.yaml'),
      `config:\n  cortex:host: { kind: ssh, address: a.example.com, user: me, hostKey: ${publicKey} }\n` +
        '  cortex:services: { web: { runtime: podman } }\n',
    );
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('is told by its line, and no name is taken for unknown', () => {
    writeFileSync(join(root, 'compose.yaml'), 'services:\n  web: { image: "web:1" }\n  bad: [\n');
    expect(services(root)).toBeUndefined();
    expect(() => declaredStack(root, 'a')).toThrow('compose.yaml:');
  });

  test('or by its absence', () => {
    rmSync(join(root, 'compose.yaml'));
    expect(services(root)).toBeUndefined();
    expect(() => declaredStack(root, 'a')).toThrow(/put it there/);
  });
});
