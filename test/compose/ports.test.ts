import { describe, expect, test } from '@jest/globals';
import { refusals, web } from './file.ts';

const at = (address: string, port: number) => ({ address, port });

describe('ports and expose', () => {
  test.each([
    [
      'ports: ["127.0.0.1:5001:5001"]',
      [{ port: 5001, protocol: 'http', published: [at('127.0.0.1', 5001)] }],
    ],
    ['ports: ["8080:80"]', [{ port: 80, protocol: 'http', published: [at('0.0.0.0', 8080)] }]],
    ['ports: ["8080:80/tcp"]', [{ port: 80, protocol: 'http', published: [at('0.0.0.0', 8080)] }]],
    ['ports: [8080:80]', [{ port: 80, protocol: 'http', published: [at('0.0.0.0', 8080)] }]],
    [
      'ports: ["127.0.0.1:3000-3001:4000-4001"]',
      [
        { port: 4000, protocol: 'http', published: [at('127.0.0.1', 3000)] },
        { port: 4001, protocol: 'http', published: [at('127.0.0.1', 3001)] },
      ],
    ],
    [
      'ports: ["9090:90", "127.0.0.1:9091:90", "81:80"]',
      [
        { port: 80, protocol: 'http', published: [at('0.0.0.0', 81)] },
        { port: 90, protocol: 'http', published: [at('0.0.0.0', 9090), at('127.0.0.1', 9091)] },
      ],
    ],
    [
      'ports: [{target: 5432, published: "5432", host_ip: 127.0.0.1, app_protocol: tcp, mode: host, name: db}]',
      [{ port: 5432, protocol: 'tcp', published: [at('127.0.0.1', 5432)] }],
    ],
    [
      'ports: [{target: 80, published: 8080, protocol: tcp, app_protocol: http}]',
      [{ port: 80, protocol: 'http', published: [at('0.0.0.0', 8080)] }],
    ],
    [
      'expose: ["8000", 8001, "8002/tcp", "8003-8004"]',
      [8000, 8001, 8002, 8003, 8004].map((port) => ({ port, protocol: 'http', published: [] })),
    ],
    [
      'expose: [80]\nports: [{target: 80, published: 81, app_protocol: tcp}, "82:80"]',
      [{ port: 80, protocol: 'tcp', published: [at('0.0.0.0', 81), at('0.0.0.0', 82)] }],
    ],
    ['restart: always', []],
  ])('%s', (lines, ports) => {
    expect(web(lines).ports).toEqual(ports);
  });

  test.each([
    ['ports: ["5001"]', 'services.web.ports[0]: the port on the host'],
    ['ports: [5001]', 'services.web.ports[0]: the port on the host'],
    ['ports: ["127.0.0.1::80"]', 'services.web.ports[0]: the port on the host'],
    ['ports: [{target: 80}]', 'services.web.ports[0]: the port on the host'],
    ['ports: ["53:53/udp"]', 'services.web.ports[0]: a TCP port'],
    ['ports: [{target: 53, published: 53, protocol: udp}]', 'services.web.ports[0]: a TCP port'],
    ['ports: ["80:0"]', 'services.web.ports[0]: a port from 1 to 65535'],
    ['ports: ["80:65536"]', 'services.web.ports[0]: a port from 1 to 65535'],
    ['ports: ["8000-8009:80"]', 'services.web.ports[0]: as many ports'],
    ['ports: ["x:80"]', 'services.web.ports[0]: as many ports'],
    ['ports: ["[::1]:80:80"]', 'services.web.ports[0]: an IPv4 address'],
    ['ports: ["localhost:80:80"]', 'services.web.ports[0]: an IPv4 address'],
    [
      'ports: [{target: 80, published: 80, app_protocol: https}]',
      'services.web.ports[0].app_protocol: http or tcp',
    ],
    [
      'ports: [{target: 80, published: 81, app_protocol: tcp}, {target: 80, published: 82, app_protocol: http}]',
      'services.web.ports[1]: one app_protocol',
    ],
    [
      'ports: ["80:80", "127.0.0.1:80:81"]',
      'services.web.ports: a port of the host that web does not publish',
    ],
    ['expose: ["53/udp"]', 'services.web.expose[0]: a TCP port'],
    ['expose: [http]', 'services.web.expose[0]: a TCP port'],
  ])('%s is refused', (lines, refusal) => {
    expect(refusals(lines)).toEqual([expect.stringContaining(refusal)]);
  });
});
