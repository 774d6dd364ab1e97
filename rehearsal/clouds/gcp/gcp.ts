import type { ResourceProvider } from '../../../provider/rpc/resourceProvider.ts';
import { simulatedCloud } from '../cloud.ts';
import type { CloudHooks } from '../hooks.ts';
import type { Kind } from '../kind.ts';
import type { Schema } from '../schema.ts';
import type { Store } from '../store.ts';
import schema from '../types/gcp.json' with { type: 'json' };
import { repository, repositoryMember } from './artifactRegistry.ts';
import { disk, diskResourcePolicyAttachment, resourcePolicy } from './disk.ts';
import { getClientConfig, getImage, getInstance, getProject } from './functions.ts';
import {
  account,
  accountMember,
  instanceMember,
  projectMember,
  service,
  tunnelInstanceMember,
} from './iam.ts';
import { instance } from './instance.ts';
import { metric } from './logging.ts';
import { alertPolicy, notificationChannel, uptimeCheckConfig } from './monitoring.ts';
import { firewall, network, router, routerNat, subnetwork } from './network.ts';
import { osPolicyAssignment } from './osConfig.ts';
import { getSecretVersionAccess, secret, secretVersion } from './secretManager.ts';

/** The provider `gcp`, with machines and disks made by the hooks. */
export function gcp(store: Store, hooks: Pick<CloudHooks, 'vms' | 'disks'>): ResourceProvider {
  return simulatedCloud({
    name: 'gcp',
    schema: schema as Schema,
    store,
    autonames: true,
    kinds: gcpKinds(hooks),
    functions: {
      'gcp:compute/getImage:getImage': getImage,
      'gcp:compute/getInstance:getInstance': getInstance,
      'gcp:organizations/getClientConfig:getClientConfig': getClientConfig,
      'gcp:organizations/getProject:getProject': getProject,
      'gcp:secretmanager/getSecretVersionAccess:getSecretVersionAccess': getSecretVersionAccess,
    },
  });
}

/** Every type of resource that this cloud knows. */
export function gcpKinds(hooks: Pick<CloudHooks, 'vms' | 'disks'>): Record<string, Kind> {
  return {
    'gcp:artifactregistry/repository:Repository': repository,
    'gcp:artifactregistry/repositoryIamMember:RepositoryIamMember': repositoryMember,
    'gcp:logging/metric:Metric': metric,
    'gcp:monitoring/alertPolicy:AlertPolicy': alertPolicy,
    'gcp:monitoring/notificationChannel:NotificationChannel': notificationChannel,
    'gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig': uptimeCheckConfig,
    'gcp:osconfig/osPolicyAssignment:OsPolicyAssignment': osPolicyAssignment,
    'gcp:secretmanager/secret:Secret': secret,
    'gcp:secretmanager/secretVersion:SecretVersion': secretVersion,
    'gcp:compute/instanceIAMMember:InstanceIAMMember': instanceMember,
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
  };
}
