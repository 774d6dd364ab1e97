import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { parseIdentity } from '../../../components/host/identity.ts';
import { hostPackages } from '../../../components/host/packages.ts';
import { identityScript, setupScript } from '../../../components/host/setup.ts';

describe('the set-up script', () => {
  const script = setupScript({ account: 'cortex', dataDisk: 'google-data' });

  test('is valid', () => {
    for (const text of [script, identityScript('cortex')])
      expect(spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
  });

  test('runs nothing when it is cut off', () => {
    const end = script.lastIndexOf('}\n');
    for (const cut of [end, Math.floor(end / 2), Math.floor(end / 3)]) {
      const traced = `trap 'echo ran >&2' DEBUG\n${script.slice(0, cut)}`;
      expect(spawnSync('bash', ['-s'], { input: traced, encoding: 'utf8' }).stderr).not.toMatch(/^ran$/m);
    }
  });

  test('installs both runtimes and the proxy', () => {
    expect(hostPackages).toEqual(
      expect.arrayContaining(['docker.io', 'docker-compose', 'podman', 'haproxy']),
    );
    expect(script).toContain(`packages='${hostPackages.join(' ')}'\n`);
  });
});

describe('a Docker that is there', () => {
  const script = setupScript({ account: 'cortex' });
  const body = /^check_docker\(\) \{.*?^\}/ms.exec(script)?.[0] ?? '';

  test.each([
    ['name=apparmor name=seccomp,profile=builtin name=cgroupns', ''],
    ['name=seccomp,profile=/etc/own.json', ''],
    ['name=seccomp,profile=unconfined name=cgroupns', 'Docker runs without its seccomp filter'],
    ['name=apparmor', 'Docker has no seccomp filter on this host (it has name=apparmor)'],
    ['', 'Docker has no seccomp filter on this host (it has nothing)'],
    ['name=seccomp,profile=builtin name=userns', 'Docker maps users here'],
    ['name=seccomp,profile=builtin name=rootless', 'Docker maps users here'],
  ])('with the security options "%s"', (options, refusal) => {
    const around = `refuse() { printf '%s' "$*"; exit 1; }\ndocker() { printf '%s\\n' '${options}'; }`;
    const { stdout, status } = spawnSync('bash', ['-euc', `${around}\n${body}\ncheck_docker`], {
      encoding: 'utf8',
    });
    expect(stdout.slice(0, refusal.length)).toBe(refusal);
    expect(status).toBe(refusal === '' ? 0 : 1);
    expect(stdout === '').toBe(refusal === '');
  });
});

describe('what the host says of itself', () => {
  const account = { name: 'cortex', uid: 1000, subuidStart: 100000 };
  const machineId = '0123456789abcdef0123456789abcdef';

  test('is read', () => {
    expect(parseIdentity(JSON.stringify({ machineId, account }))).toEqual({ machineId, account });
  });

  test.each(['{}', '[]', 'null', JSON.stringify({ machineId: 'x', account }), JSON.stringify({ machineId })])(
    '%s is refused',
    (text) => {
      expect(() => parseIdentity(text)).toThrow('the host did not say which machine it is');
    },
  );
});
