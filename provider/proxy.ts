import { createHash } from 'node:crypto';
import { inPlace } from './differences.ts';
import { renderListeners } from './haproxy.ts';
import type { Hosts } from './hosts.ts';
import type { ProxyInputs } from './inputs.ts';
import type { Reading } from './reading.ts';
import { gone, type Resource } from './resource.ts';
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

  preview: ({ news }) => news,

  async create(req, hosts) {
    const { stack } = await listen(req.inputs, req, hosts);
    return { id: stack, properties: withDeclared(req.inputs) };
  },

  async update(req, hosts) {
    await listen(req.news, req, hosts);
    return { properties: withDeclared(req.news) };
  },

  async read({ id, inputs, properties }, hosts) {
    // A refresh writes what it finds over the inputs.
    const given = properties.declared ?? inputs.services;
    const stored = reveal({ ...inputs, services: given ?? {} }) as unknown as ProxyInputs;
    const reading = await hosts.read(stored.stack, stored.host);
    if (!reading) return gone;
    const services: Props = { ...(given as Props) };
    for (const service of Object.keys(stored.services)) {
      const problem = fileProblem(reading, stored, service);
      if (problem) services[service] = problem;
    }
    const live = { ...inputs, services, running: reading.proxyRuns };
    return { id, inputs: live, properties: { ...live, declared: given ?? {} } };
  },

  async delete({ oldInputs, signal }, hosts) {
    const { host, stack } = reveal(oldInputs) as unknown as ProxyInputs;
    await hosts.remove(stack, host, `forget_stack ${words([stack, host.account.name])}`, { signal });
  },
};

function withDeclared(inputs: Props): Props {
  return { ...inputs, declared: inputs.services ?? {} };
}

async function listen(inputs: Props, { signal, log }: Operation, hosts: Hosts): Promise<ProxyInputs> {
  const declared = reveal(inputs) as unknown as ProxyInputs;
  const { host, stack, services } = declared;
  hosts.declare(host);
  const calls = Object.entries(services).flatMap(([service, { ports, holdMs }]) => {
    const listeners = renderListeners({ stack, service, ports, holdMs });
    const published = ports.flatMap((port) => port.published.map((p) => `${p.address}:${p.port}`));
    return [`add_service ${words([stack, service, ...published])} <<'LISTENERS'\n${listeners}\nLISTENERS`];
  });
  await hosts.change(stack, host, ['begin_listeners', ...calls, 'commit_listeners'].join('\n'), {
    signal,
    progress: (message) => log('info', message, { ephemeral: true }),
  });
  return declared;
}

/** The service's part of the configuration, as the host must have it now, compared by digest. */
function fileProblem(
  reading: Reading,
  { stack, services }: ProxyInputs,
  service: string,
): string | undefined {
  const declared = services[service];
  if (!declared || declared.ports.length === 0) return undefined;
  const live = reading.files[`/etc/containerhost/haproxy/${stack}.${service}.cfg`];
  if (live === undefined) return 'removed on the host';
  const record = reading.services[service];
  const slot = record && record.slot !== record.parked ? record.slot : '';
  const ports = record?.instances[slot] ?? {};
  const expected = renderListeners({ stack, service, ...declared })
    .replaceAll('@address@', reading.addresses[service] ?? '')
    .replace(/@(\d+)@/g, (_, port: string) => `${ports[port] ?? 1}`);
  const digest = createHash('sha256').update(`${expected}\n`).digest('hex');
  return live === digest ? undefined : 'changed on the host';
}
