import type { ResourceProvider } from '../../../provider/rpc/resourceProvider.ts';
import { simulatedCloud } from '../cloud.ts';
import type { CloudHooks } from '../hooks.ts';
import type { Schema } from '../schema.ts';
import type { Store } from '../store.ts';
import schema from '../types/gcp.json' with { type: 'json' };
import { disk, diskResourcePolicyAttachment, resourcePolicy } from './disk.ts';
import { getClientConfig, getImage, getProject } from './functions.ts';
import { account, accountMember, projectMember, service, tunnelInstanceMember } from './iam.ts';
import { instance } from './instance.ts';
import { firewall, network, router, routerNat, subnetwork } from './network.ts';

/** The provider `gcp`, with machines and disks made by the hooks. */
export function gcp(store: Store, hooks: Pick<CloudHooks, 'vms' | 'disks'>): ResourceProvider {
  return simulatedCloud({
    name: 'gcp',
    schema: schema as Schema,
    store,
    autonames: true,
    kinds: {
      'gcp:compute/disk:Disk': disk(hooks.disks),
      'gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment': diskResourcePolicyAttachment,
      'gcp:compute/firewall:Firewall': firewall,
      'gcp:compute/instance:Instance': instance(hooks.vms),
      'gcp:compute/network:Network': network,
      'gcp:compute/resourcePolicy:ResourcePolicy': resourcePolicy,
      'gcp:compute/router:Router': router,
      'gcp:compute/routerNat:RouterNat': routerNat,
      'gcp:compute/subnetwork:Subnetwork': subnetwork,
      'gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember': tunnelInstanceMember,
      'gcp:projects/iAMMember:IAMMember': projectMember,
      'gcp:projects/service:Service': service,
      'gcp:serviceaccount/account:Account': account,
      'gcp:serviceaccount/iAMMember:IAMMember': accountMember,
    },
    functions: {
      'gcp:compute/getImage:getImage': getImage,
      'gcp:organizations/getClientConfig:getClientConfig': getClientConfig,
      'gcp:organizations/getProject:getProject': getProject,
    },
  });
}
