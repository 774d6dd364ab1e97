import * as pulumi from '@pulumi/pulumi';
import type { VmFacts } from '../../components/vm.ts';
import type { GcpHost } from '../../config.ts';

/** A host on Google Cloud as a stack's file with nothing but what is required gives it. */
export const gcpHost: GcpHost = {
  kind: 'gcp',
  user: 'deploy',
  account: 'cortex',
  login: 'key',
  publicKey: 'ssh-ed25519 AAAAoperator',
  operators: [],
  project: 'my-project',
  zone: 'europe-west1-b',
  machineType: 'e2-medium',
  bootDiskGb: 20,
  dataDiskGb: 30,
  egress: 'nat',
  snapshotDays: 14,
  deletionProtection: true,
};

/** What a VM of it tells others. */
export const vmFacts = (): VmFacts => ({
  name: 'cortex-prod',
  project: 'my-project',
  zone: 'europe-west1-b',
  region: 'europe-west1',
  labels: { project: 'cortex', stack: 'prod' },
  instanceId: pulumi.output('4711'),
  member: pulumi.output('serviceAccount:cortex-prod@my-project.iam.gserviceaccount.com'),
});
