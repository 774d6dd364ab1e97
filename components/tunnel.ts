import * as dnsRecord from '@pulumi/cloudflare/dnsRecord.js';
import { getZeroTrustTunnelCloudflaredTokenOutput } from '@pulumi/cloudflare/getZeroTrustTunnelCloudflaredToken.js';
import * as zeroTrustTunnel from '@pulumi/cloudflare/zeroTrustTunnelCloudflared.js';
import * as pulumi from '@pulumi/pulumi';
import { ConfigError } from '../config/problem.ts';
import type { TunnelConfig } from '../config.ts';
import type { ServiceSpec } from '../spec/service.ts';
import { ingressConfig, ingressRules } from './tunnel/ingress.ts';

export interface CloudflareTunnelArgs {
  stack: string;
  tunnel: TunnelConfig;
  /** the services that hostnames lead to */
  specs: readonly ServiceSpec[];
}

/**
 * A way in from the internet that the host itself opens: the tunnel and its DNS records. What connects to
 * it, cloudflared, is a service like the others, and gets its token and its rules from here.
 */
export class CloudflareTunnel extends pulumi.ComponentResource {
  /** proves to Cloudflare that a connector belongs to this tunnel; always a Pulumi secret */
  readonly token: pulumi.Output<string>;
  /** the connector's configuration file: plain, and known before the tunnel exists */
  readonly config: string;
  /** by service */
  readonly urls: Record<string, string>;

  /** @throws {ConfigError} when a hostname leads to no port */
  constructor(name: string, args: CloudflareTunnelArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:CloudflareTunnel', name, {}, opts);
    const { accountId, zoneId, hostnames } = args.tunnel;
    const { rules, problems } = ingressRules(hostnames, args.specs);
    if (problems.length > 0) throw new ConfigError(args.stack, problems);

    const tunnel = new zeroTrustTunnel.ZeroTrustTunnelCloudflared(
      `${name}-tunnel`,
      // local: the connector's file is the only place where rules are, so that a rollout of it is all there is
      { accountId, name: `${name}-${args.stack}`, configSrc: 'local' },
      { parent: this },
    );
    for (const [service, { hostname }] of Object.entries(hostnames)) {
      new dnsRecord.DnsRecord(
        `${service}-dns`,
        {
          zoneId,
          name: hostname,
          type: 'CNAME',
          content: pulumi.interpolate`${tunnel.id}.cfargotunnel.com`,
          proxied: true,
          // 1: automatic, the only value for proxied records
          ttl: 1,
          comment: `${name}-${args.stack}`,
        },
        { parent: this },
      );
    }

    // the provider's own result is in the clear
    this.token = pulumi.secret(
      getZeroTrustTunnelCloudflaredTokenOutput({ accountId, tunnelId: tunnel.id }, { parent: this }).token,
    );
    this.config = ingressConfig(rules);
    this.urls = Object.fromEntries(
      Object.entries(hostnames).map(([service, { hostname }]) => [service, `https://${hostname}`]),
    );
    this.registerOutputs({ urls: this.urls });
  }
}
