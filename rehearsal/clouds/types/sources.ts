/** The resources and functions that the simulated clouds know, as module paths of the published packages. */
export const sources = {
  gcp: {
    resources: [
      'artifactregistry/repository',
      'artifactregistry/repositoryIamMember',
      'compute/disk',
      'compute/diskResourcePolicyAttachment',
      'compute/firewall',
      'compute/instance',
      'compute/instanceIAMMember',
      'compute/network',
      'compute/resourcePolicy',
      'compute/router',
      'compute/routerNat',
      'compute/subnetwork',
      'iap/tunnelInstanceIAMMember',
      'logging/metric',
      'monitoring/alertPolicy',
      'monitoring/notificationChannel',
      'monitoring/uptimeCheckConfig',
      'osconfig/osPolicyAssignment',
      'projects/iammember',
      'projects/service',
      'secretmanager/secret',
      'secretmanager/secretVersion',
      'serviceaccount/account',
      'serviceaccount/iammember',
    ],
    functions: [
      'compute/getImage',
      'compute/getInstance',
      'organizations/getClientConfig',
      'organizations/getProject',
      'secretmanager/getSecretVersionAccess',
    ],
  },
  cloudflare: {
    resources: [
      'dnsRecord',
      'zeroTrustAccessApplication',
      'zeroTrustAccessPolicy',
      'zeroTrustAccessServiceToken',
      'zeroTrustTunnelCloudflared',
    ],
    functions: ['getZeroTrustOrganization', 'getZeroTrustTunnelCloudflaredToken', 'getZone'],
  },
  command: { resources: ['local/command'], functions: ['local/run'] },
  docker: { resources: ['image', 'remoteImage'], functions: ['getRegistryImage'] },
} satisfies Record<string, { resources: string[]; functions: string[] }>;

export type ProviderName = keyof typeof sources;
export const providerNames = Object.keys(sources) as ProviderName[];
