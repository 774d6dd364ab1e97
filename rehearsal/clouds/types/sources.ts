/** The resources and functions that the simulated clouds know, as module paths of the published packages. */
export const sources = {
  gcp: {
    resources: [
      'compute/disk',
      'compute/diskResourcePolicyAttachment',
      'compute/firewall',
      'compute/instance',
      'compute/network',
      'compute/resourcePolicy',
      'compute/router',
      'compute/routerNat',
      'compute/subnetwork',
      'iap/tunnelInstanceIAMMember',
      'projects/iammember',
      'projects/service',
      'serviceaccount/account',
      'serviceaccount/iammember',
    ],
    functions: ['compute/getImage', 'organizations/getClientConfig', 'organizations/getProject'],
  },
  cloudflare: {
    resources: [
      'dnsRecord',
      'zeroTrustAccessApplication',
      'zeroTrustAccessPolicy',
      'zeroTrustTunnelCloudflared',
    ],
    functions: ['getZeroTrustTunnelCloudflaredToken', 'getZone'],
  },
  command: { resources: ['local/command'], functions: ['local/run'] },
  docker: { resources: ['remoteImage'], functions: ['getRegistryImage'] },
} satisfies Record<string, { resources: string[]; functions: string[] }>;

export type ProviderName = keyof typeof sources;
export const providerNames = Object.keys(sources) as ProviderName[];
