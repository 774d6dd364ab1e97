import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { ensurePackages, missingPackages } from '../../toolchain/debian.ts';
import { scratch, withPath } from './scratch.ts';

test('a package counts as installed only when dpkg says so', () => {
  const listing = 'ii  git\nrc  curl\nii  libc6:amd64\nun  mmdebstrap\n';
  expect(missingPackages(['git', 'libc6', 'curl', 'mmdebstrap', 'unheard-of'], listing)).toEqual([
    'curl',
    'mmdebstrap',
    'unheard-of',
  ]);
});

describe('on a machine that lacks a package', () => {
  const log: string[] = [];
  const say = (line: string) => void log.push(line);

  afterEach(() => {
    jest.restoreAllMocks();
    log.length = 0;
  });

  /** A machine whose dpkg knows curl only, and whose apt writes down what it is asked. */
  const machine = (apt: string) =>
    scratch({
      'dpkg-query': "#!/bin/sh\necho 'ii  curl'\necho 'dpkg-query: no packages found' >&2\nexit 1\n",
      'apt-get': `#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> "\${0%/*}/asked"\n${apt}\n`,
    });

  test('nothing is asked of apt when nothing is missing', async () => {
    const bin = machine('');
    await withPath(bin.path, () => ensurePackages(['curl'], say));
    expect(bin.read('asked')).toBeNull();
    expect(log).toEqual([]);
  });

  test('root installs what is missing, after an update', async () => {
    const bin = machine('');
    jest.spyOn(process, 'getuid').mockReturnValue(0);
    await withPath(bin.path, () => ensurePackages(['curl', 'socat', 'jq'], say));
    expect(bin.read('asked')).toBe(
      'noninteractive -q -y -o DPkg::Lock::Timeout=300 update\n' +
        'noninteractive -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends socat jq\n',
    );
    expect(log[0]).toBe('installing Debian packages: socat, jq');
  });

  test('anybody else is told the command', async () => {
    const bin = machine('');
    jest.spyOn(process, 'getuid').mockReturnValue(1000);
    await expect(withPath(bin.path, () => ensurePackages(['curl', 'socat'], say))).rejects.toThrow(
      'Debian packages are missing: socat. Run this, then try again:\n' +
        '  sudo apt-get update && sudo apt-get install --no-install-recommends socat',
    );
    expect(bin.read('asked')).toBeNull();
  });

  test('what apt says when it fails is passed on', async () => {
    const bin = machine("echo 'E: Unable to locate package socat' >&2; exit 100");
    jest.spyOn(process, 'getuid').mockReturnValue(0);
    await expect(withPath(bin.path, () => ensurePackages(['socat'], say))).rejects.toThrow(
      /"apt-get .* update" failed \(exit code 100\)\n {2}E: Unable to locate package socat/,
    );
  });

  test('and that is not Debian: what is needed is listed', async () => {
    await expect(withPath(scratch({}).path, () => ensurePackages(['socat'], say))).rejects.toThrow(
      /finds no dpkg here: .*ENOENT.*socat/,
    );
  });
});
