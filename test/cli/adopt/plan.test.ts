import { describe, expect, test } from '@jest/globals';
import { plan } from '../../../cli/adopt/plan.ts';
import type { ServiceSpec } from '../../../spec/service.ts';
import { spec } from '../../provider/fixture.ts';

const web = spec({
  name: 'web',
  ports: [{ port: 80, protocol: 'http', published: [{ address: '127.0.0.1', port: 5001 }] }],
  mounts: [
    { kind: 'volume', volume: 'state', target: '/state', readOnly: false },
    { kind: 'tmpfs', target: '/tmp', sizeBytes: 0, mode: '1777' },
  ],
});

const container = (service: string, more: object = {}) => ({
  Name: `/shop-${service}-1`,
  Config: { Labels: { 'com.docker.compose.service': service } },
  State: { Running: true },
  HostConfig: { RestartPolicy: { Name: 'always' } },
  Mounts: [{ Source: '/var/lib/docker/volumes/shop_state/_data', Destination: '/state' }],
  NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '5001' }] } },
  ...more,
});
const planned = (containers: object[], services: ServiceSpec[] = [web]) =>
  plan({
    ...{ stack: 'prod', project: 'shop', services, runtimes: {} },
    inspected: containers.length > 0 ? JSON.stringify(containers) : '',
  });

describe('what is adopted of a Compose project', () => {
  test('is each container of a declared service, with its folders and the ports that it shares with it', () => {
    expect(planned([container('web')])).toMatchObject({
      adoptions: [
        {
          container: 'shop-web-1',
          restart: 'always',
          mounts: [
            {
              source: '/var/lib/docker/volumes/shop_state/_data',
              directory: '/srv/containerhost/prod/volumes/state',
              what: 'volume state',
            },
          ],
          published: [{ address: '127.0.0.1', port: 5001, target: 80 }],
        },
      ],
      left: [],
    });
  });

  test.each<[string, object, unknown[]]>([
    [
      'published on all addresses',
      { '80/tcp': [{ HostIp: '', HostPort: '5001' }] },
      [{ address: '127.0.0.1', port: 5001, target: 80 }],
    ],
    ['published elsewhere', { '80/tcp': [{ HostIp: '10.0.0.1', HostPort: '5001' }] }, []],
    ['not published', { '80/tcp': null }, []],
  ])('a port that is %s', (_, Ports, published) => {
    expect(planned([container('web', { NetworkSettings: { Ports } })]).adoptions[0]?.published).toEqual(
      published,
    );
  });

  test('leaves, and says why, what is not declared, does not run, or is new, and ports that nobody declares', () => {
    const more = { NetworkSettings: { Ports: { '81/tcp': [{ HostIp: '0.0.0.0', HostPort: '8081' }] } } };
    const { left } = planned(
      [container('web', more), container('job'), container('db', { State: { Running: false } })],
      [web, spec({ name: 'db' }), spec({ name: 'cache' })],
    );
    expect(left).toEqual([
      'shop-web-1: it publishes port 8081, which web does not declare: it ends with the container',
      'shop-job-1: job is not declared in this stack, or its profile is off; it runs on as it does',
      'shop-db-1: it does not run; pulumi up makes db anew',
      'db: nothing of it runs in shop; pulumi up makes it',
      'cache: nothing of it runs in shop; pulumi up makes it',
    ]);
  });

  test.each<[string, object[], RegExp]>([
    ['no such project', [], /Docker has no Compose project "shop"/],
    [
      'several containers of a service',
      [container('web'), container('web', { Name: '/shop-web-2' })],
      /several containers \(shop-web-1, shop-web-2\).*--scale web=1/,
    ],
    ['nothing that is declared', [container('job')], /nothing of the project "shop" can be adopted/],
  ])('is nothing where there is %s', (_, containers, told) => {
    expect(() => planned(containers)).toThrow(told);
  });
});
