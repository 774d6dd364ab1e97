import { describe, expect, test } from '@jest/globals';
import { ingressConfig, ingressRules } from '../../../components/tunnel/ingress.ts';
import { load } from '../../compose/file.ts';

const { services } = load(`services:
  admin: {image: "team/admin:1", expose: ["5001"]}
  engine: {image: "team/engine:1", expose: ["8000", "9000"]}
  worker: {image: "team/worker:1"}
`);

describe('a hostname', () => {
  test('leads to the one port of a service, or to the chosen one', () => {
    const hostnames = {
      admin: { hostname: 'admin.example.com' },
      engine: { hostname: 'e.example.com', port: 9000 },
    };
    expect(ingressRules(hostnames, services)).toEqual({
      rules: [
        { hostname: 'admin.example.com', service: 'http://admin:5001' },
        { hostname: 'e.example.com', service: 'http://engine:9000' },
      ],
      problems: [],
    });
  });

  test('that leads nowhere is a problem, and so is each of several', () => {
    const hostnames = {
      admin: { hostname: 'admin.example.com', port: 80 },
      engine: { hostname: 'e.example.com' },
      worker: { hostname: 'w.example.com' },
    };
    expect(ingressRules(hostnames, services)).toEqual({
      rules: [],
      problems: [
        {
          key: 'cortex:tunnel.hostnames.admin',
          found: '80',
          expected: 'one of its ports: 5001',
          fix: "pulumi config set --path 'cortex:tunnel.hostnames.admin.port' 5001",
        },
        {
          key: 'cortex:tunnel.hostnames.engine',
          found: 'a service with several ports',
          expected: 'one of its ports: 8000, 9000',
          fix: 'write {hostname: e.example.com, port: 8000} for it in the stack’s file',
        },
        {
          key: 'cortex:tunnel.hostnames.worker',
          found: 'a service without a port',
          expected: 'a service that listens on one',
          fix: 'declare its port in compose.yaml: expose: ["8000"]',
        },
      ],
    });
  });
});

test('what no rule takes is answered with 404', () => {
  expect(ingressConfig([{ hostname: 'admin.example.com', service: 'http://admin:5001' }])).toBe(
    [
      'ingress:',
      '  - hostname: admin.example.com',
      '    service: http://admin:5001',
      '  - service: http_status:404',
      '',
    ].join('\n'),
  );
});
