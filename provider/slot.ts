import { type Change, changesText, somebodys } from './change.ts';
import { inPlace } from './differences.ts';
import type { Hosts } from './hosts.ts';
import type { SlotInputs } from './inputs.ts';
import { type Reading, straysOf } from './reading.ts';
import { gone, kept, type Resource } from './resource.ts';
import type { Operation } from './rpc/resourceProvider.ts';
import { type Props, reveal } from './rpc/value.ts';
import { words } from './words.ts';

/** Which instance of a service serves. Switched in place, once the new instance is healthy. */
export const slot: Resource = {
  check: ({ news }) => ({ inputs: news, failures: [] }),

  diff: ({ oldInputs, news }) => inPlace(oldInputs, news),

  async create(req, hosts) {
    const { stack, service } = await switchTo(req.inputs, req, hosts);
    return { id: `${stack}/${service}`, properties: {} };
  },

  async update(req, hosts) {
    const strays = reveal(req.oldInputs.strays ?? []) as string[];
    await switchTo(req.news, req, hosts, strays);
    return { properties: {} };
  },

  async read({ id, inputs, properties, log }, hosts) {
    const { host, stack, service } = reveal(inputs) as unknown as SlotInputs;
    const reading = await hosts.read(stack, host);
    if (!reading) return gone;
    const record = reading.services[service];
    if (!record?.slot) return gone;
    const { strays: _, ...before } = inputs;
    const strays = straysOf(reading, service);
    // A refresh writes what it finds over the inputs.
    const applied = String(properties.declared ?? inputs.instance);
    const instance = serving(reading, stack, service);
    const changes: Change[] = [
      ...(instance === applied ? [] : [somebodys(['instance'], applied, instance)]),
      ...(strays.length === 0 ? [] : [somebodys(['strays'], null, strays)]),
    ];
    if (changes.length > 0) log('warning', changesText(`requests of ${service}:`, changes, mends));
    const live = { ...before, instance, ...(strays.length > 0 && { strays }) };
    return { id, inputs: live, properties: kept(changes.length > 0, { declared: applied }) };
  },

  async delete({ oldInputs, signal, log }, hosts) {
    const { host, stack, service } = reveal(oldInputs) as unknown as SlotInputs;
    const progress = (message: string) => log('info', message, { ephemeral: true });
    await hosts.remove(stack, host, `use_service ${words([stack, service])}\ndelete_slot`, {
      signal,
      progress,
    });
  },
};

const mends =
  'pulumi up points them at the instance that it deployed, and removes what an earlier run left behind.';

async function switchTo(
  inputs: Props,
  { signal, log }: Operation,
  hosts: Hosts,
  strays: string[] = [],
): Promise<SlotInputs> {
  const declared = reveal(inputs) as unknown as SlotInputs;
  const { host, stack, service, instance } = declared;
  hosts.declare(host);
  const progress = (message: string) => log('info', message, { ephemeral: true });
  const calls = [`use_service ${words([stack, service])}`, `switch_slot ${words([instance])}`];
  if (strays.length > 0) calls.push(`remove_strays ${words(strays)}`);
  await hosts.change(stack, host, calls.join('\n'), { signal, progress });
  return declared;
}

/** What requests really go to: the recorded instance, unless the running proxy says otherwise. */
function serving(reading: Reading, stack: string, service: string): string {
  const record = reading.services[service];
  const name = record?.slot ?? '';
  const ports = record?.instances[name] ?? {};
  for (const [port, loopback] of Object.entries(ports)) {
    const target = reading.proxy[`${stack}.${service}.${port}`];
    if (target !== undefined && target !== `127.0.0.1:${loopback}`) return `${target} (changed on the host)`;
    const idle = reading.idle[`${stack}.${service}.${port}`];
    if (idle) return `${name} (${idle} on the host)`;
  }
  return name;
}
