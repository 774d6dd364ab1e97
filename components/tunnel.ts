import * as dnsRecord from '@pulumi/cloudflare/dnsRecord.js';
import { getZeroTrustTunnelCloudflaredTokenOutput } from '@pulumi/cloudflare/getZeroTrustTunnelCloudflaredToken.js';
import * as zeroTrustTunnel from '@pulumi/cloudflare/zeroTrustTunnelCloudflared.js';
import * as pulumi from '@pulumi/pulumi';
import type { Access } from '../config/access.ts';
import { isConnector } from '../config/connector.ts';
import { ConfigError } from '../config/problem.ts';
import type { TunnelConfig } from '../config.ts';
import type { Probe } from '../spec/probe.ts';
import type { ServiceSpec } from '../spec/service.ts';
import { protect, required, serviceTokens, teamName } from './tunnel/access.ts';
import { ingressConfig, ingressProbe, ingressRules, type Rule, sshRule } from './tunnel/ingress.ts';

export interface CloudflareTunnelArgs {
  stack: string;
  tunnel: TunnelConfig;
  /** the services that hostnames lead to, and the connector */
  specs: readonly ServiceSpec[];
}

/** What a program sends to get through Access, in the headers CF-Access-Client-Id and -Secret. */
export interface Credentials {
  clientId: pulumi.Output<string>;
  clientSecret: pulumi.Output<string>;
}

/**
 * A way in from the internet that the host itself opens: the tunnel, its DNS records, and Access in front of
 * them. What connects to it, cloudflared, is a service like the others, and gets its token and its rules from
 * here.
 */
export class CloudflareTunnel extends pulumi.ComponentResource {
  /** proves to Cloudflare that a connector belongs to this tunnel; always a Pulumi secret */
  readonly token: pulumi.Output<string>;
  /** the connector's configuration file: plain, and known before the tunnel exists if no Access is in front */
  readonly config: pulumi.Output<string>;
  /** what a connector that goes by that file says of itself */
  readonly probe: pulumi.Output<Probe>;
  readonly replicas: number;
  /** by service */
  readonly urls: Record<string, string>;
  /** by name; always Pulumi secrets */
  readonly serviceTokens: Record<string, Credentials>;

  /** @throws {ConfigError} when a hostname leads to no port */
  constructor(name: string, args: CloudflareTunnelArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:CloudflareTunnel', name, {}, opts);
    const { accountId, zoneId, hostnames, replicas, ssh } = args.tunnel;
    const prefix = `${name}-${args.stack}`;
    const inside = { parent: this };
    const { rules, problems } = ingressRules(hostnames, args.specs);
    if (problems.length > 0) throw new ConfigError(args.stack, problems);

    const tunnel = new zeroTrustTunnel.ZeroTrustTunnelCloudflared(
      `${name}-tunnel`,
      // local: the connector's file is the only place where rules are, so that a rollout of it is all there is
      { accountId, name: prefix, configSrc: 'local' },
      inside,
    );
    const tokens = serviceTokens(prefix, accountId, args.tunnel.serviceTokens, inside);
    let team: pulumi.Output<string> | undefined;
    // a name leads to the tunnel once what guards it is there, and no longer than that
    const open = (key: string, hostname: string, access: Access | undefined, rule: Rule) => {
      const guard = access && protect(key, { accountId, hostname, access, prefix, tokens }, inside);
      new dnsRecord.DnsRecord(
        `${key}-dns`,
        {
          zoneId,
          name: hostname,
          type: 'CNAME',
          content: pulumi.interpolate`${tunnel.id}.cfargotunnel.com`,
          proxied: true,
          // 1: automatic, the only value for proxied records
          ttl: 1,
          comment: prefix,
        },
        { ...inside, ...(guard && { dependsOn: guard }) },
      );
      if (!guard) return pulumi.output(rule);
      team ??= teamName(accountId, inside);
      return required(team, guard.aud).apply((access) => ({
        ...rule,
        originRequest: { ...rule.originRequest, access },
      }));
    };
    const opened = Object.entries(hostnames).flatMap(([service, { hostname, access }], index) => {
      const rule = rules[index];
      return rule ? [open(service, hostname, access, rule)] : [];
    });
    const connector = args.specs.find(isConnector);
    if (ssh && connector)
      opened.push(open(`${name}-ssh`, ssh.hostname, ssh.access, sshRule(ssh, connector.name)));
    const served = pulumi.all(opened);

    // the provider's own result is in the clear
    this.token = pulumi.secret(
      getZeroTrustTunnelCloudflaredTokenOutput({ accountId, tunnelId: tunnel.id }, inside).token,
    );
    this.config = served.apply(ingressConfig);
    this.probe = served.apply(ingressProbe);
    this.replicas = replicas;
    this.urls = Object.fromEntries(
      Object.entries(hostnames).map(([service, { hostname }]) => [service, `https://${hostname}`]),
    );
    this.serviceTokens = Object.fromEntries(
      Object.entries(tokens).map(([token, { clientId, clientSecret }]) => [
        token,
        { clientId: pulumi.secret(clientId), clientSecret: pulumi.secret(clientSecret) },
      ]),
    );
    this.registerOutputs({ urls: this.urls, serviceTokens: this.serviceTokens });
  }
}
