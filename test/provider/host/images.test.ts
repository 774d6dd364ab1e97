import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TempHost } from './tempHost.ts';

let host: TempHost;
beforeEach(() => {
  host = new TempHost();
  host.account();
  host.command('dpkg', 'echo amd64');
  engine('docker', 'amd64');
  engine('podman', 'amd64');
});
afterEach(() => host.remove());

/** One that has every image, of one architecture. */
function engine(name: string, architecture: string): void {
  host.command(name, `case "$*" in *--format*) echo ${architecture} ;; esac`);
}

const fetch = (...images: string[]) =>
  host.run(`credentials=$(mktemp -d -p "${host.root}")
echo '{"auths":{"registry.example":{"auth":"a"}}}' >"$credentials/config.json"
google_token() { printf planted; }
fetch_images cortex ${images.join(' ')}
cat "$credentials/config.json"`);

test('images that are there and fit are left as they are', () => {
  expect(fetch('example/web:1')).toMatchObject({ code: 0, stderr: '' });
});

test.each(['docker', 'podman'])(
  '%s: one for another architecture is refused before anything serves',
  (name) => {
    engine(name, 'arm64');
    const { code, stderr } = fetch('example/web:1', 'example/db:2');
    expect(code).toBe(1);
    for (const image of ['example/web:1', 'example/db:2'])
      expect(stderr).toContain(`image "${image}" in ${name} is for arm64, and this host is amd64`);
    expect(stderr).not.toContain('should not');
  },
);

test('an engine that does not answer is told at once', () => {
  host.command('docker', 'exit 1');
  host.command('podman', 'echo "$*" >>"$root/asked"');
  const { code, stderr } = fetch('example/web:1', 'example/db:2');
  expect([code, stderr]).toEqual([1, 'containerhost: docker does not answer: systemctl status docker\n']);
  expect(host.file('asked')).toBe('');
});

test('what cannot be pulled is told of each engine', () => {
  for (const name of ['docker', 'podman'])
    host.command(name, `case "$*" in info) ;; *) echo "${name} says no" >&2; exit 1 ;; esac`);
  const { code, stderr } = fetch('example/web:1', 'example/db:2');
  expect(code).toBe(1);
  const told = stderr.split('\n').filter((line) => line.startsWith('containerhost: '));
  expect(told.sort()).toEqual(
    ['db:2', 'web:1'].flatMap((image) =>
      ['docker', 'podman'].map(
        (name) =>
          `containerhost: image "example/${image}" is not in ${name} on this host and could not be pulled: ${name} says no`,
      ),
    ),
  );
});

describe('Google’s registries', () => {
  const mine = { 'registry.example': { auth: 'a' } };
  const auths = (...images: string[]) => JSON.parse(fetch(...images).stdout).auths;

  test('let the VM in by its own account', () => {
    const auth = Buffer.from('oauth2accesstoken:planted').toString('base64');
    expect(auths('example/web:1', 'europe-west1-docker.pkg.dev/p/r/web@sha256:00')).toEqual({
      ...mine,
      'europe-west1-docker.pkg.dev': { auth },
    });
  });

  test('are the only ones', () => {
    expect(auths('example/web:1', 'registry.example/europe-docker.pkg.dev/web:1')).toEqual(mine);
  });
});
