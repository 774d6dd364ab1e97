import { createHash } from 'node:crypto';
import { type Change, changesText, somebodys } from './change.ts';
import { inPlace } from './differences.ts';
import { renderListeners } from './haproxy.ts';
import type { Hosts } from './hosts.ts';
import type { ProxyInputs } from './inputs.ts';
import type { Reading } from './reading.ts';
import { gone, kept, type Resource } from './resource.ts';
import type { Operation } from './rpc/resourceProvider.ts';
import { type Props, reveal } from './rpc/value.ts';
import { words } from './words.ts';

/**
 * What the host's proxy has for a stack before any instance is there: a virtual address and listeners for
 * every service. Updated in place, and before any request is held, because a reload in the middle of a hold
 * would lose what is held.
 */
export const proxy: Resource = {
  check: ({ news }) => ({ inputs: { ...news, running: true }, failures: [] }),

  diff: ({ oldInputs, news }) => inPlace(oldInputs, news),

  applied({ oldInputs, olds }) {
    return { ...oldInputs, running: true, services: olds.declared ?? oldInputs.services ?? {} };
  },

  outcome: () => mends,

  async create(req, hosts) {
    const { stack } = await listen(req.inputs, req, hosts);
    return { id: stack, properties: {} };
  },

  async update(req, hosts) {
    await listen(req.news, req, hosts);
    return { properties: {} };
  },

  async read({ id, inputs, properties, log }, hosts) {
    // A refresh writes what it finds over the inputs.
    const given = properties.declared ?? inputs.services;
    const stored = reveal({ ...inputs, services: given ?? {} }) as unknown as ProxyInputs;
    const reading = await hosts.read(stored.stack, stored.host);
    if (!reading) return gone;
    const changes = [
      ...Object.keys(stored.services).flatMap((service) => listenerChanges(reading, stored, service)),
      ...(reading.proxyRuns ? [] : [somebodys(['running'], true, false)]),
    ];
    const described = await Promise.all(changes.map((change) => withText(change, reading, stored)));
    if (changes.length > 0) log('warning', changesText("the host's proxy:", described, mends));
    const services: Props = { ...(given as Props) };
    for (const { path, now } of changes) if (path[0] === 'services') services[path[1] ?? ''] = now;
    const live = { ...inputs, services, running: reading.proxyRuns };
    return { id, inputs: live, properties: kept(changes.length > 0, { declared: given ?? {} }) };
  },

  async delete({ oldInputs, signal }, hosts) {
    const { host, stack } = reveal(oldInputs) as unknown as ProxyInputs;
    await hosts.remove(stack, host, `forget_stack ${words([stack, host.account.name])}`, { signal });
  },
};

async function listen(inputs: Props, { signal, log }: Operation, hosts: Hosts): Promise<ProxyInputs> {
  const declared = reveal(inputs) as unknown as ProxyInputs;
  const { host, stack, services } = declared;
  hosts.declare(host);
  const calls = Object.entries(services).flatMap(([service, { ports, hold }]) => {
    const listeners = renderListeners({ stack, service, ports, hold });
    const published = ports.flatMap((port) => port.published.map((p) => `${p.address}:${p.port}`));
    return [`add_service ${words([stack, service, ...published])} <<'LISTENERS'\n${listeners}\nLISTENERS`];
  });
  const drop = `drop_services ${words([stack, ...Object.keys(services)])}`;
  await hosts.change(stack, host, ['begin_listeners', drop, ...calls, 'commit_listeners'].join('\n'), {
    signal,
    progress: (message) => log('info', message, { ephemeral: true }),
  });
  return declared;
}

const mends = 'pulumi up writes it anew, and reloads the proxy once: no request is lost.';

/** What is not as it was applied: the service's virtual address, its part of the configuration. */
function listenerChanges(reading: Reading, stored: ProxyInputs, service: string): Change[] {
  const address = reading.addresses[service];
  if (address !== undefined && !reading.loopback.has(address)) {
    return [somebodys(['services', service], 'as applied', `${address} was removed on the host`)];
  }
  const expected = expectedFile(reading, stored, service);
  const live = reading.files[fileOf(stored, service)];
  if (expected === undefined || live === createHash('sha256').update(expected).digest('hex')) return [];
  const now = live === undefined ? 'removed on the host' : 'changed on the host';
  return [somebodys(['services', service], 'as applied', now)];
}

async function withText(change: Change, reading: Reading, stored: ProxyInputs): Promise<Change> {
  const [, service = ''] = change.path;
  const expected = expectedFile(reading, stored, service);
  const now = reading.texts[fileOf(stored, service)];
  if (expected === undefined || now === undefined) return change;
  const { textDiff } = await import('./textDiff.ts');
  return { ...change, text: textDiff(expected, now) };
}

const fileOf = ({ stack }: ProxyInputs, service: string) =>
  `/etc/containerhost/haproxy/${stack}.${service}.cfg`;

/** The service's part of the configuration, as the host must have it now. */
function expectedFile(
  reading: Reading,
  { stack, services }: ProxyInputs,
  service: string,
): string | undefined {
  const declared = services[service];
  // of what an earlier version declared, the program declares another already
  if (!declared?.hold || declared.ports.length === 0) return undefined;
  const record = reading.services[service];
  const slot = record && record.slot !== record.parked ? record.slot : '';
  const ports = record?.instances[slot] ?? {};
  const text = renderListeners({ stack, service, ...declared })
    .replaceAll('@address@', reading.addresses[service] ?? '')
    .replace(/@(\d+)@/g, (_, port: string) => (ports[port] ? `${ports[port]} weight 1` : '1 weight 2'));
  return `${text}\n`;
}
