import { expect, test } from '@jest/globals';
import { refuseUnfit } from '../../toolchain/ensure.ts';

test('Linux as root is fit', () => {
  expect(() => refuseUnfit('npm test', 'linux', 0)).not.toThrow();
});

test('another user is told the command', () => {
  expect(() => refuseUnfit('npm run rehearse', 'linux', 1000)).toThrow(
    '"npm run rehearse" boots a throwaway VM with systemd-nspawn, which needs root; this is uid 1000. Run:\n' +
      '  sudo npm run rehearse',
  );
});

test.each(['darwin', 'win32'])('%s is not', (platform) => {
  expect(() => refuseUnfit('npm test', platform, undefined)).toThrow(`needs Linux; this is "${platform}"`);
});
