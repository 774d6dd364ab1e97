import { stringify } from 'yaml';
import { type Problem, setCommand, step } from '../../config/problem.ts';
import type { TunnelConfig } from '../../config/tunnel.ts';
import type { ServiceSpec } from '../../spec/service.ts';

/** One rule of cloudflared's: requests for a host name go to a service. */
export interface Rule {
  hostname: string;
  service: string;
}

/** The rules, and what is wrong with the hostnames that have none: each must lead to one port. */
export function ingressRules(
  hostnames: TunnelConfig['hostnames'],
  specs: readonly ServiceSpec[],
): { rules: Rule[]; problems: Problem[] } {
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  for (const [service, { hostname, port: chosen }] of Object.entries(hostnames)) {
    const ports = specs.find(({ name }) => name === service)?.ports ?? [];
    const key = step('cortex:tunnel.hostnames', service);
    const port =
      chosen === undefined ? ports.length === 1 && ports[0] : ports.find((port) => port.port === chosen);
    if (port) rules.push({ hostname, service: `${port.protocol}://${service}:${port.port}` });
    else
      problems.push(
        noPort(
          key,
          hostname,
          ports.map(({ port }) => port),
          chosen,
        ),
      );
  }
  return { rules, problems };
}

function noPort(key: string, hostname: string, ports: number[], chosen: number | undefined): Problem {
  if (ports.length === 0)
    return {
      key,
      found: 'a service without a port',
      expected: 'a service that listens on one',
      fix: 'declare its port in compose.yaml: expose: ["8000"]',
    };
  const expected = `one of its ports: ${ports.join(', ')}`;
  if (chosen !== undefined)
    return { key, found: `${chosen}`, expected, fix: setCommand(`${key}.port`, `${ports[0]}`) };
  return {
    key,
    found: 'a service with several ports',
    expected,
    fix: `write {hostname: ${hostname}, port: ${ports[0]}} for it in the stack’s file`,
  };
}

/**
 * cloudflared's configuration. It names no tunnel: the token does, so that the file is known before the
 * tunnel is. What no rule takes is answered with 404.
 */
export function ingressConfig(rules: readonly Rule[]): string {
  return stringify({ ingress: [...rules, { service: 'http_status:404' }] });
}
