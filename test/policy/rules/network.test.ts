import { describe, expect, test } from '@jest/globals';
import { inbound } from '../../../policy/rules/inbound.ts';
import { publicIp } from '../../../policy/rules/publicIp.ts';
import { instance, messages, subject } from '../subjects.ts';

const firewall = (args: object) =>
  subject('gcp:compute/firewall:Firewall', { network: 'n', allows: [{ protocol: 'tcp' }], ...args });

describe('no-inbound-from-internet', () => {
  test.each<[object, string]>([
    [{}, '0.0.0.0/0'],
    [{ direction: 'INGRESS', sourceRanges: ['0.0.0.0/0'] }, '0.0.0.0/0'],
    [{ sourceRanges: ['35.235.240.0/20', '203.0.113.7'] }, '203.0.113.7'],
    [{ sourceRanges: ['35.235.240.0/19'] }, '35.235.240.0/19'],
    [{ sourceRanges: ['10.0.0.0/7'] }, '10.0.0.0/7'],
    [{ sourceRanges: ['::/0'] }, '::/0'],
    [{ sourceTags: ['web'], sourceRanges: ['0.0.0.0/0'] }, '0.0.0.0/0'],
  ])('refuses the firewall %j', (args, range) => {
    expect(messages(inbound, [firewall(args)])).toEqual([expect.stringContaining(`lets in ${range}:`)]);
  });

  test.each<[object]>([
    [{ sourceRanges: ['35.235.240.0/20'] }],
    [{ sourceRanges: ['35.235.241.4', '10.1.0.0/16', '192.168.0.0/24', 'fd00::/8'] }],
    [{ sourceTags: ['web'] }],
    [{ sourceServiceAccounts: ['a@b'] }],
    [{ direction: 'EGRESS', destinationRanges: ['0.0.0.0/0'] }],
    [{ disabled: true }],
    [{ allows: undefined, denies: [{ protocol: 'all' }], sourceRanges: ['0.0.0.0/0'] }],
  ])('passes the firewall %j', (args) => {
    expect(messages(inbound, [firewall(args)])).toEqual([]);
  });

  test.each([
    'gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule',
    'gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule',
  ])('has the same measure for %s', (type) => {
    const rule = { direction: 'INGRESS', action: 'allow', match: { srcIpRanges: ['0.0.0.0/0'] } };
    expect(messages(inbound, [subject(type, rule)])).toHaveLength(1);
    const passing = [
      { ...rule, action: 'deny' },
      { ...rule, direction: 'EGRESS' },
      { ...rule, match: { srcIpRanges: ['10.0.0.0/8'] } },
      { ...rule, match: { srcSecureTags: [{ name: 'x' }] } },
    ];
    expect(
      messages(
        inbound,
        passing.map((args) => subject(type, args)),
      ),
    ).toEqual([]);
  });

  test.each([
    'gcp:compute/forwardingRule:ForwardingRule',
    'gcp:compute/globalForwardingRule:GlobalForwardingRule',
  ])('refuses the external %s', (type) => {
    expect(messages(inbound, [subject(type, {})])).toHaveLength(1);
    expect(messages(inbound, [subject(type, { loadBalancingScheme: 'EXTERNAL_MANAGED' })])).toHaveLength(1);
    expect(messages(inbound, [subject(type, { loadBalancingScheme: 'INTERNAL' })])).toEqual([]);
  });

  test('refuses a port that is published to everybody, and passes one for this machine or network', () => {
    const on = (address: string) =>
      instance({ ports: [{ port: 80, protocol: 'http', published: [{ address, port: 8080 }] }] });
    expect(messages(inbound, [on('0.0.0.0')])).toEqual([
      expect.stringContaining('is published on 0.0.0.0:8080 of its host'),
    ]);
    expect(messages(inbound, [on('203.0.113.7')])).toHaveLength(1);
    expect(messages(inbound, [on('127.0.0.1'), on('10.0.0.7'), instance({})])).toEqual([]);
  });
});

describe('no-public-ip', () => {
  const machine = (networkInterface: object) =>
    subject('gcp:compute/instance:Instance', { networkInterfaces: [{ network: 'n' }, networkInterface] });

  test.each([{ accessConfigs: [{}] }, { ipv6AccessConfigs: [{ networkTier: 'PREMIUM' }] }])(
    'refuses %j, unless it was chosen',
    (networkInterface) => {
      expect(messages(publicIp, [machine(networkInterface)])).toEqual([
        expect.stringContaining('a public address on its network interface 1'),
      ]);
      expect(messages(publicIp, [machine(networkInterface)], { chosen: true })).toEqual([]);
      const template = { networkInterfaces: [networkInterface] };
      expect(
        messages(publicIp, [subject('gcp:compute/instanceTemplate:InstanceTemplate', template)]),
      ).toHaveLength(1);
    },
  );

  test('passes a machine behind NAT', () => {
    expect(messages(publicIp, [machine({ subnetwork: 's', accessConfigs: [] })])).toEqual([]);
  });
});
