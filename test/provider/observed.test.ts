import { expect, test } from '@jest/globals';
import { observe } from '../../provider/observed.ts';

const container = { Config: { Env: ['TOKEN=hunter2', 'LOG_LEVEL=info'] } };

test('a secret in the environment of a container is not observed: what is, is kept in plain state', () => {
  const spec = { secretEnvironment: { TOKEN: 'env-TOKEN' } };
  expect(observe('docker', container, spec).environment).toEqual({ LOG_LEVEL: 'info' });
  expect(observe('docker', container, {}).environment).toEqual({ LOG_LEVEL: 'info', TOKEN: 'hunter2' });
});

test('a device is in what Docker lists, and in what made a container of rootless Podman', () => {
  const device = { PathOnHost: '/dev/null', PathInContainer: '/dev/other', CgroupPermissions: 'rwm' };
  expect(observe('docker', { HostConfig: { Devices: [device] } }, {}).devices).toEqual([device]);
  const made = ['/usr/bin/podman', 'run', '--device', '/dev/null:/dev/other', 'web:1', '--verbose'];
  expect(
    observe('podman', { HostConfig: { Devices: [] }, Config: { CreateCommand: made } }, {}).devices,
  ).toEqual(['/dev/null:/dev/other']);
});
