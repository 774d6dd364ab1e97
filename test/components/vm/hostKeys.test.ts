import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostKeysCommand, parseHostKeys } from '../../../components/vm/hostKeys.ts';

const keys = [
  { key: 'ecdsa-sha2-nistp256', namespace: 'hostkeys', value: 'AAAAE2Vj' },
  { key: 'ssh-ed25519', namespace: 'hostkeys', value: 'AAAAC3Nza+/w==' },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gcloud-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(gcloud: string | undefined) {
  if (gcloud) {
    writeFileSync(join(folder, 'gcloud'), `#!/bin/sh\n${gcloud}\n`);
    chmodSync(join(folder, 'gcloud'), 0o755);
  }
  const command = hostKeysCommand({ vm: 'cortex-prod', project: 'my-project', zone: 'europe-west1-b' });
  // without gcloud, nothing of this machine is on PATH either
  const PATH = gcloud ? `${folder}:/usr/bin:/bin` : folder;
  return spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8', env: { PATH } });
}

describe('the host keys of a VM', () => {
  test('are asked for by name', () => {
    const { stdout } = run(`echo "ssh-ed25519 $*"`);
    expect(stdout).toBe(
      'ssh-ed25519 compute instances get-guest-attributes cortex-prod --query-path=hostkeys/ --format=json --project=my-project --zone=europe-west1-b\n',
    );
  });

  test('are waited for', () => {
    const { status, stdout } = run(
      `if [ -e ${folder}/booted ]; then echo '${JSON.stringify(keys)}'; else touch ${folder}/booted; echo "ERROR: The resource 'hostkeys/' of type 'Guest Attribute' was not found." >&2; exit 1; fi`,
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(keys);
  });

  test('are not waited for where waiting changes nothing', () => {
    const { status, stderr } = run(
      `echo 'ERROR: Required compute.instances.getGuestAttributes permission' >&2; exit 1`,
    );
    expect(status).toBe(1);
    expect(stderr).toBe('ERROR: Required compute.instances.getGuestAttributes permission\n');
  });

  test('need gcloud', () => {
    const { status, stderr } = run(undefined);
    expect(status).toBe(1);
    expect(stderr).toBe('gcloud is not on PATH: install the Google Cloud CLI, then run gcloud auth login\n');
  });

  test('hold the one to pin', () => {
    expect(parseHostKeys(JSON.stringify(keys))).toBe('ssh-ed25519 AAAAC3Nza+/w==');
  });

  test.each(['[]', '{}', 'null', '[{"key":"ssh-ed25519","value":"a b"}]', JSON.stringify(keys.slice(0, 1))])(
    '%s holds none',
    (text) => {
      expect(() => parseHostKeys(text)).toThrow("the VM's guest attributes hold no host key");
    },
  );
});
