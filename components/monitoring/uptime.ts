import * as uptimeCheck from '@pulumi/gcp/monitoring/uptimeCheckConfig.js';
import * as pulumi from '@pulumi/pulumi';
import type { VmFacts } from '../vm.ts';

/** A hostname as the tunnel serves it. */
export interface Watched {
  hostname: string;
  /** who gets through Access to it; undefined: everybody */
  access?: { serviceTokens: string[] };
}

/** A program's way through Access. */
export interface Credentials {
  clientId: pulumi.Output<string>;
  clientSecret: pulumi.Output<string>;
}

/** Anything that a service itself answers shows that the tunnel is up; what Cloudflare answers without it is a 5xx. */
const answered = ['STATUS_CLASS_2XX', 'STATUS_CLASS_3XX', 'STATUS_CLASS_4XX'];

/**
 * Requests from Google's probes to each hostname, all the way through the tunnel. A hostname behind Access is
 * asked with a service token; without one it is not asked, because Access would answer in the tunnel's place.
 */
export function uptimeChecks(
  name: string,
  vm: VmFacts,
  hostnames: Record<string, Watched>,
  credentials: Record<string, Credentials>,
  opts: pulumi.CustomResourceOptions,
): uptimeCheck.UptimeCheckConfig[] {
  return Object.entries(hostnames).flatMap(([service, { hostname, access }]) => {
    const token = access?.serviceTokens.map((each) => credentials[each]).find((each) => each !== undefined);
    if (access && !token) {
      void pulumi.log.warn(
        `cortex:alerts: ${hostname} is not watched, because Access answers in front of it. ` +
          `Give it a service token: cortex:tunnel.serviceTokens, and its name in cortex:tunnel.hostnames.${service}.access.serviceTokens`,
      );
      return [];
    }
    return new uptimeCheck.UptimeCheckConfig(
      `${name}-${service}`,
      {
        displayName: `${vm.name} ${hostname}`,
        project: vm.project,
        // six regions, every five minutes: some 50,000 of the million that are free each month
        period: '300s',
        timeout: '10s',
        httpCheck: {
          path: '/',
          port: 443,
          useSsl: true,
          validateSsl: true,
          acceptedResponseStatusCodes: answered.map((statusClass) => ({ statusClass })),
          ...(token && {
            headers: {
              'CF-Access-Client-Id': token.clientId,
              'CF-Access-Client-Secret': token.clientSecret,
            },
            maskHeaders: true,
          }),
        },
        // a token that Access does not take any more leads to its login page
        ...(token && {
          contentMatchers: [{ content: 'Cloudflare Access', matcher: 'NOT_CONTAINS_STRING' }],
        }),
        monitoredResource: { type: 'uptime_url', labels: { project_id: vm.project, host: hostname } },
        userLabels: vm.labels,
      },
      opts,
    );
  });
}
