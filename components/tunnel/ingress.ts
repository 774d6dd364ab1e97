import { stringify } from 'yaml';
import type { Origin } from '../../config/origin.ts';
import { type Problem, setCommand, step } from '../../config/problem.ts';
import type { Hostname, SshHostname, TunnelConfig } from '../../config/tunnel.ts';
import { canonicalJson } from '../../spec/digest.ts';
import type { Probe } from '../../spec/probe.ts';
import type { Port, ServiceSpec } from '../../spec/service.ts';

/** What cloudflared asks of a request before it lets it through: Access's signature, for one of these. */
export interface RequiredAccess {
  required: true;
  teamName: string;
  audTag: string[];
}

/** One rule of cloudflared's: requests for a host name go to a service. */
export interface Rule {
  hostname: string;
  service: string;
  originRequest: Omit<Origin, 'scheme'> & { access?: RequiredAccess };
}

/** The rules, and what is wrong with the hostnames that have none: each must lead to one port. */
export function ingressRules(
  hostnames: TunnelConfig['hostnames'],
  specs: readonly ServiceSpec[],
): { rules: Rule[]; problems: Problem[] } {
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  for (const [service, declared] of Object.entries(hostnames)) {
    const { hostname, origin } = declared;
    const ports = specs.find(({ name }) => name === service)?.ports ?? [];
    const key = step('cortex:tunnel.hostnames', service);
    const port = chosenPort(declared, ports);
    if (!port) {
      problems.push(noPort(key, declared, ports));
      continue;
    }
    const { scheme = port.protocol, ...originRequest } = origin ?? {};
    if (scheme !== 'http' && port.protocol === 'http') problems.push(notTcp(key, service, scheme, port));
    rules.push({ hostname, service: `${scheme}://${service}:${port.port}`, originRequest });
  }
  return { rules, problems };
}

/**
 * The rule for the host's own SSH server. It listens on every address of the host, and so on the connector's
 * own virtual one, which a container reaches under both runtimes.
 */
export function sshRule({ hostname, port }: SshHostname, connector: string): Rule {
  return { hostname, service: `ssh://${connector}:${port}`, originRequest: {} };
}

function chosenPort({ port: chosen }: Hostname, ports: Port[]): Port | undefined {
  if (chosen !== undefined) return ports.find(({ port }) => port === chosen);
  return ports.length === 1 ? ports[0] : undefined;
}

function noPort(key: string, { hostname, port }: Hostname, ports: Port[]): Problem {
  const [first] = ports;
  if (!first)
    return {
      key,
      found: 'a service without a port',
      expected: 'a service that listens on one',
      fix: 'declare its port in compose.yaml: expose: ["8000"]',
    };
  const expected = `one of its ports: ${ports.map((each) => each.port).join(', ')}`;
  const fix = setCommand(`${key}.port`, `${first.port}`);
  const found = port === undefined ? `${hostname}, and a service with several ports` : `${port}`;
  return { key, found, expected, fix };
}

/** The host's proxy reads what goes to an HTTP port. It cannot read TLS. */
function notTcp(key: string, service: string, scheme: string, { port }: Port): Problem {
  return {
    key: `${key}.origin.scheme`,
    found: `${scheme}, and port ${port} of ${service} is HTTP`,
    expected: 'http, or a port that the host’s proxy passes on unread',
    fix: `declare it so in compose.yaml: ports: [{target: ${port}, published: "${port}", host_ip: 127.0.0.1, app_protocol: tcp}]`,
  };
}

/** What no rule takes. */
const catchAll = { service: 'http_status:404' };

/**
 * cloudflared's configuration. It names no tunnel: the token does, so that the file is known before the
 * tunnel is, unless it names Access applications.
 */
export function ingressConfig(rules: readonly Rule[]): string {
  return stringify({ ingress: [...rules.map(written), catchAll] });
}

function written({ originRequest, ...rule }: Rule) {
  return Object.keys(originRequest).length === 0 ? rule : { ...rule, originRequest };
}

/**
 * Asks cloudflared which rules it goes by, and compares. /ready does not tell: a connector whose arguments do
 * not name its file, or whose tunnel somebody moved to the dashboard, is connected and serves something else.
 * The answer is that of GetVersionedConfigJSON in cloudflared's orchestration/orchestrator.go.
 */
export function ingressProbe(rules: readonly Rule[]): Probe {
  const access = '(.originRequest.access | if .required then {teamName, audTag} else null end)';
  const expected = [
    ...rules.map(({ hostname, service, originRequest }) => ({
      hostname,
      service,
      access: originRequest.access
        ? { teamName: originRequest.access.teamName, audTag: originRequest.access.audTag }
        : null,
    })),
    { hostname: '', service: catchAll.service, access: null },
  ];
  return {
    port: metricsPort,
    path: '/config',
    select: `[.config.ingress[] | {hostname, service, access: ${access}}]`,
    expected: canonicalJson(expected),
  };
}

/** Where compose.yaml has cloudflared answer, on its own loopback: `--metrics 127.0.0.1:2000`. */
const metricsPort = 2000;
