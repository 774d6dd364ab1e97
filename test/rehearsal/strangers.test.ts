import { expect, test } from '@jest/globals';
import { knownTo, strangersAmong } from '../../rehearsal/strangers.ts';

const state = JSON.stringify({
  deployment: {
    resources: [
      { type: 'pulumi:pulumi:Stack' },
      {
        type: 'containerhost:index:Instance',
        id: 'web-1',
        inputs: {
          runtime: 'podman',
          spec: {
            networks: ['front'],
            mounts: [{ kind: 'volume', volume: 'data' }, { kind: 'tmpfs' }],
            secrets: [{ secret: 'token' }],
          },
        },
      },
      { type: 'containerhost:index:Slot', id: 'dev/web' },
    ],
  },
});

const found = [
  'docker network bridge',
  'docker network dev-front',
  'podman network dev-front',
  'podman container web-1',
  'podman secret web-1-token',
  'account unit web-1',
  'account file web-1',
  'system unit containerhost-proxy.service',
  'record addresses',
  'record dev/web',
  'record dev/web/slot',
  'record dev/web/listeners',
  'record dev/web/instances/web-1',
  'listener dev.web.cfg',
  'volume dev/data',
];

const planted = [
  'docker container web-1', // in the other engine
  'podman container web-0',
  'podman secret web-0-token',
  'podman network dev-back',
  'docker volume 0123abcd',
  'account unit web-0',
  'system unit containerhost-recover-dev.web.timer',
  'record dev/web/parked',
  'record dev/web/instances/web-0',
  'record dev/web/.slot~17',
  'record staged',
  'volume dev/old',
  'half-done data dev/volumes/data/shift',
  'temporary file /run/containerhost.abc',
  'address 198.19.0.9',
];

test('what the state knows is no stranger, and everything else is', () => {
  const known = knownTo('dev', state);
  expect(known).toEqual({
    stack: 'dev',
    services: ['web'],
    instances: [{ name: 'web-1', runtime: 'podman', secrets: ['token'] }],
    networks: ['front'],
    volumes: ['data'],
  });
  expect(strangersAmong(found, known)).toEqual([]);
  expect(strangersAmong([...found, ...planted], known)).toEqual(planted);
});
