import { describe, expect, test } from '@jest/globals';
import {
  ingressConfig,
  ingressProbe,
  ingressRules,
  type Rule,
  sshRule,
} from '../../../components/tunnel/ingress.ts';
import { load } from '../../compose/file.ts';

const { services } = load(`services:
  admin: {image: "team/admin:1", expose: ["5001"]}
  engine: {image: "team/engine:1", expose: ["8000", "9000"]}
  vault: {image: "team/vault:1", ports: [{target: 8443, published: "8443", host_ip: 127.0.0.1, app_protocol: tcp}]}
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
        { hostname: 'admin.example.com', service: 'http://admin:5001', originRequest: {} },
        { hostname: 'e.example.com', service: 'http://engine:9000', originRequest: {} },
      ],
      problems: [],
    });
  });

  test('has options of its own, of which the scheme is part of the URL', () => {
    const origin = { scheme: 'https', noTLSVerify: true, connectTimeout: '5s' } as const;
    const { rules } = ingressRules({ vault: { hostname: 'v.example.com', origin } }, services);
    expect(rules).toEqual([
      {
        hostname: 'v.example.com',
        service: 'https://vault:8443',
        originRequest: { noTLSVerify: true, connectTimeout: '5s' },
      },
    ]);
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
          found: 'e.example.com, and a service with several ports',
          expected: 'one of its ports: 8000, 9000',
          fix: "pulumi config set --path 'cortex:tunnel.hostnames.engine.port' 8000",
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

  test('cannot speak TLS through a proxy that reads HTTP', () => {
    const hostnames = { admin: { hostname: 'a.example.com', origin: { scheme: 'https' as const } } };
    expect(ingressRules(hostnames, services).problems).toEqual([
      {
        key: 'cortex:tunnel.hostnames.admin.origin.scheme',
        found: 'https, and port 5001 of admin is HTTP',
        expected: 'http, or a port that the host’s proxy passes on unread',
        fix: 'declare it so in compose.yaml: ports: [{target: 5001, published: "5001", host_ip: 127.0.0.1, app_protocol: tcp}]',
      },
    ]);
  });
});

test('SSH leads to the host, by the name that the connector has for itself', () => {
  const access = { emails: [], emailDomains: [], groups: [], serviceTokens: [] };
  expect(sshRule({ hostname: 'ssh.example.com', port: 2222, access }, 'tunnel')).toEqual({
    hostname: 'ssh.example.com',
    service: 'ssh://tunnel:2222',
    originRequest: {},
  });
});

const rules: Rule[] = [
  { hostname: 'admin.example.com', service: 'http://admin:5001', originRequest: {} },
  {
    hostname: 'e.example.com',
    service: 'http://engine:9000',
    originRequest: {
      connectTimeout: '5s',
      access: { required: true, teamName: 'my-team', audTag: ['aud'] },
    },
  },
];

test('cloudflared’s file ends with a rule for everything else: 404', () => {
  expect(ingressConfig(rules)).toBe(
    [
      'ingress:',
      '  - hostname: admin.example.com',
      '    service: http://admin:5001',
      '  - hostname: e.example.com',
      '    service: http://engine:9000',
      '    originRequest:',
      '      connectTimeout: 5s',
      '      access:',
      '        required: true',
      '        teamName: my-team',
      '        audTag:',
      '          - aud',
      '  - service: http_status:404',
      '',
    ].join('\n'),
  );
});

test('what cloudflared says of itself is compared in its own words', () => {
  expect(ingressProbe(rules)).toMatchObject({
    port: 2000,
    path: '/config',
    expected: JSON.stringify([
      { access: null, hostname: 'admin.example.com', service: 'http://admin:5001' },
      {
        access: { audTag: ['aud'], teamName: 'my-team' },
        hostname: 'e.example.com',
        service: 'http://engine:9000',
      },
      { access: null, hostname: '', service: 'http_status:404' },
    ]),
  });
});
