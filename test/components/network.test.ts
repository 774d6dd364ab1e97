import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { egressCost, Network } from '../../components/network.ts';
import type { Egress } from '../../config/gcpHost.ts';
import { declared, find, key } from './mocks.ts';

let info: ReturnType<typeof jest.spyOn>;
beforeEach(() => {
  info = jest.spyOn(pulumi.log, 'info').mockReset().mockResolvedValue(undefined);
});

function network(egress: Egress) {
  return declared(
    () =>
      new Network('cortex', {
        named: 'cortex-prod',
        project: 'my-project',
        region: 'europe-west1',
        egress,
        account: 'cortex-prod@my-project.iam.gserviceaccount.com',
      }),
  );
}

describe.each(['nat', 'externalIp'] as const)('a network with %s', (egress) => {
  test('lets in IAP’s SSH to the stack’s own machines, and nothing else', async () => {
    const resources = await network(egress);
    expect(resources.map(key).filter((each) => each.startsWith('Firewall'))).toEqual(['Firewall cortex-ssh']);
    expect(find(resources, 'Firewall cortex-ssh')).toMatchObject({
      direction: 'INGRESS',
      sourceRanges: ['35.235.240.0/20'],
      targetServiceAccounts: ['cortex-prod@my-project.iam.gserviceaccount.com'],
      allows: [{ protocol: 'tcp', ports: ['22'] }],
    });
  });

  test('is one subnet, which reaches Google itself', async () => {
    const resources = await network(egress);
    expect(find(resources, 'Network cortex-network').autoCreateSubnetworks).toBe(false);
    expect(find(resources, 'Subnetwork cortex-subnet')).toMatchObject({
      region: 'europe-west1',
      ipCidrRange: '10.10.0.0/24',
      privateIpGoogleAccess: true,
    });
  });

  test('says once what both ways out cost', async () => {
    await network(egress);
    expect(info.mock.calls.map(([message]: unknown[]) => message)).toEqual([egressCost(egress)]);
  });
});

test('NAT serves this subnet', async () => {
  expect(find(await network('nat'), 'RouterNat cortex-nat')).toMatchObject({
    router: 'cortex-prod',
    natIpAllocateOption: 'AUTO_ONLY',
    subnetworks: [{ name: 'cortex-subnet-id', sourceIpRangesToNats: ['ALL_IP_RANGES'] }],
  });
});

test('what a way out costs is said beside the other', () => {
  expect(egressCost('nat')).toBe(
    'cortex:host.egress nat: about $4.67 a month, and $0.045 for each GiB in either direction, besides the traffic itself (externalIp: about $3.65 a month, and nothing for each GiB)',
  );
  expect(egressCost('externalIp')).toMatch(/^cortex:host\.egress externalIp: about \$3\.65/);
});
