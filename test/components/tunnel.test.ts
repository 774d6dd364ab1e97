import { describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { CloudflareTunnel } from '../../components/tunnel.ts';
import { load } from '../compose/file.ts';
import { declared, find, key, value } from './mocks.ts';

const specs = load(`services:
  admin: {image: "team/admin:1", expose: ["5001"]}
  editor: {image: "team/editor:1", expose: ["5003"]}
`).services;
const hostnames = { admin: { hostname: 'admin.example.com' }, editor: { hostname: 'editor.example.com' } };

async function tunnel() {
  let made: CloudflareTunnel | undefined;
  const resources = await declared(() => {
    made = new CloudflareTunnel('cortex', {
      stack: 'prod',
      tunnel: { accountId: 'account', zoneId: 'zone', hostnames },
      specs,
    });
  });
  return { resources, made: made as CloudflareTunnel };
}

describe('a tunnel', () => {
  test('has its rules in the connector’s file, and nowhere else', async () => {
    const { resources, made } = await tunnel();
    expect(resources.map(key)).toEqual([
      'DnsRecord admin-dns',
      'DnsRecord editor-dns',
      'ZeroTrustTunnelCloudflared cortex-tunnel',
    ]);
    expect(find(resources, 'ZeroTrustTunnelCloudflared cortex-tunnel')).toEqual({
      accountId: 'account',
      name: 'cortex-prod',
      configSrc: 'local',
    });
    expect(made.config).toContain('service: http://editor:5003');
  });

  test('is where each hostname points', async () => {
    const { resources, made } = await tunnel();
    expect(find(resources, 'DnsRecord admin-dns')).toEqual({
      zoneId: 'zone',
      name: 'admin.example.com',
      type: 'CNAME',
      content: 'cortex-tunnel-id.cfargotunnel.com',
      proxied: true,
      ttl: 1,
      comment: 'cortex-prod',
    });
    expect(made.urls).toEqual({ admin: 'https://admin.example.com', editor: 'https://editor.example.com' });
  });

  test('keeps its token secret, which the getter does not', async () => {
    const { made } = await tunnel();
    expect(await value(made.token)).toBe('the-tunnels-token');
    expect(await pulumi.isSecret(made.token)).toBe(true);
  });

  test('without a port to lead to is refused', async () => {
    const tunnel = {
      accountId: 'a',
      zoneId: 'z',
      hostnames: { admin: { hostname: 'a.example.com', port: 1 } },
    };
    const program = () => new CloudflareTunnel('cortex', { stack: 'prod', tunnel, specs });
    await expect(declared(program)).rejects.toThrow("configuration of stack 'prod': 1 problem");
  });
});
