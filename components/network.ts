import * as firewall from '@pulumi/gcp/compute/firewall.js';
import * as network from '@pulumi/gcp/compute/network.js';
import * as router from '@pulumi/gcp/compute/router.js';
import * as routerNat from '@pulumi/gcp/compute/routerNat.js';
import * as subnetwork from '@pulumi/gcp/compute/subnetwork.js';
import * as pulumi from '@pulumi/pulumi';
import type { Egress } from '../config/gcpHost.ts';
import { priced } from '../preflight/cloud/cost.ts';
import { priceOf } from '../preflight/cloud/prices.ts';

export interface NetworkArgs {
  /** what its parts are called on Google Cloud */
  named: string;
  project: string;
  region: string;
  egress: Egress;
  /** e-mail of the account whose machines SSH reaches */
  account: pulumi.Input<string>;
}

/** Where IAP's tunnels come from: https://cloud.google.com/iap/docs/using-tcp-forwarding */
const iapRange = '35.235.240.0/20';

/** What a way out costs in most regions, by the table of prices. */
function costOf(egress: Egress): string {
  const month = (kind: 'nat' | 'address') => `about $${priced({ kind }).usd.toFixed(2)} a month`;
  switch (egress) {
    case 'nat':
      return `${month('nat')}, and $${priceOf('natTraffic')?.usd} for each GiB in either direction`;
    case 'externalIp':
      return `${month('address')}, and nothing for each GiB`;
  }
}

/** What a preview says about the way out, so that its price is chosen and not found on a bill. */
export function egressCost(egress: Egress): string {
  const other = egress === 'nat' ? 'externalIp' : 'nat';
  return `cortex:host.egress ${egress}: ${costOf(egress)}, besides the traffic itself (${other}: ${costOf(other)})`;
}

/**
 * A network of its own that lets nothing in but IAP's SSH, with a way out: Cloud NAT, or an address of the
 * VM's own. A VPC denies all ingress that no rule allows, so neither opens anything.
 */
export class Network extends pulumi.ComponentResource {
  /** for the VM */
  readonly interfaces: { subnetwork: pulumi.Output<string>; accessConfigs?: { networkTier: string }[] }[];
  /** what has to be there before a VM can fetch anything, and before anybody can get in */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:Network', name, {}, opts);
    const { named, project, region, egress } = args;
    const inside = { parent: this };

    const vpc = new network.Network(
      `${name}-network`,
      { name: named, project, autoCreateSubnetworks: false, routingMode: 'REGIONAL' },
      inside,
    );
    const subnet = new subnetwork.Subnetwork(
      `${name}-subnet`,
      {
        name: named,
        project,
        region,
        network: vpc.id,
        ipCidrRange: '10.10.0.0/24',
        // Google's own services without a way through NAT
        privateIpGoogleAccess: true,
      },
      inside,
    );
    const ssh = new firewall.Firewall(
      `${name}-ssh`,
      {
        name: `${named}-ssh`,
        project,
        network: vpc.id,
        description: 'SSH through IAP, and nothing else',
        direction: 'INGRESS',
        sourceRanges: [iapRange],
        targetServiceAccounts: [args.account],
        allows: [{ protocol: 'tcp', ports: ['22'] }],
      },
      inside,
    );
    const nat = egress === 'nat' ? cloudNat(name, args, vpc, subnet, inside) : undefined;

    this.interfaces = [
      { subnetwork: subnet.id, ...(!nat && { accessConfigs: [{ networkTier: 'PREMIUM' }] }) },
    ];
    this.ready = [...(nat ? [nat] : []), ssh];
    void pulumi.log.info(egressCost(egress), this);
    this.registerOutputs({});
  }
}

function cloudNat(
  name: string,
  { named, project, region }: NetworkArgs,
  vpc: network.Network,
  subnet: subnetwork.Subnetwork,
  inside: pulumi.CustomResourceOptions,
): routerNat.RouterNat {
  const gateway = new router.Router(
    `${name}-router`,
    { name: named, project, region, network: vpc.id },
    inside,
  );
  return new routerNat.RouterNat(
    `${name}-nat`,
    {
      name: named,
      project,
      region,
      router: gateway.name,
      natIpAllocateOption: 'AUTO_ONLY',
      sourceSubnetworkIpRangesToNat: 'LIST_OF_SUBNETWORKS',
      subnetworks: [{ name: subnet.id, sourceIpRangesToNats: ['ALL_IP_RANGES'] }],
      logConfig: { enable: true, filter: 'ERRORS_ONLY' },
    },
    inside,
  );
}
