/** What of a tunnel's configuration matters to Cloudflare's account, zone and bill. */
export interface Tunnel {
  accountId: string;
  zoneId: string;
  /** by service */
  hostnames: Record<string, { hostname: string; access?: unknown }>;
  serviceTokens?: Record<string, unknown>;
  ssh?: { hostname: string };
}

interface Name {
  /** where the configuration has it */
  key: string;
  hostname: string;
  /** whether Access is in front of it */
  guarded: boolean;
}

export function hostnamesOf({ hostnames, ssh }: Tunnel): Name[] {
  const services = Object.entries(hostnames).map(([service, { hostname, access }]) => ({
    key: `cortex:tunnel.hostnames.${service}`,
    hostname,
    guarded: access !== undefined,
  }));
  return ssh ? [...services, { key: 'cortex:tunnel.ssh', hostname: ssh.hostname, guarded: true }] : services;
}

export function isGuarded(tunnel: Tunnel): boolean {
  return hostnamesOf(tunnel).some(({ guarded }) => guarded);
}
