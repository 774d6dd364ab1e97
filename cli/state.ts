import { type Baseline, parseBaseline } from '../provider/baseline.ts';
import { expandInputs } from '../provider/compact.ts';
import type { Host } from '../provider/inputs.ts';
import type { RuntimeName, ServiceSpec } from '../spec/service.ts';

/** One service as the last `up` left it. */
export interface AppliedService {
  runtime: RuntimeName;
  /** physical name of the instance */
  instance: string;
  host: Host;
  /** as the program gave it; undefined where the state holds it encrypted */
  spec: ServiceSpec | undefined;
  /** what was found right after its creation */
  baseline?: Baseline | undefined;
}

/** What Pulumi's state says of a stack. Nothing in it was decrypted. */
export interface State {
  /** by service */
  services: Record<string, AppliedService>;
  /** the hosts that services are on, each once */
  hosts: Host[];
}

/** A resource as Pulumi exports it. */
export interface StateResource {
  type: string;
  /** true: replaced, and waiting to be deleted */
  delete?: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const instanceType = 'containerhost:index:Instance';
/** Resources that name their host, in the order in which they are made. */
const onHost = ['containerhost:index:Proxy', 'containerhost:index:Images', instanceType];

/** Reads what `pulumi stack export` printed. */
export function parseState(text: string): State {
  const resources = stateResources(text);
  const hosts = new Map<string, Host>();
  for (const { type, inputs } of resources) {
    const host = inputs?.host as Host | undefined;
    if (onHost.includes(type) && host?.machineId) hosts.set(host.machineId, host);
  }
  const instances = resources.filter(({ type }) => type === instanceType).flatMap(applied);
  return { services: Object.fromEntries(instances), hosts: [...hosts.values()] };
}

/** Those of what `pulumi stack export` printed that do not wait to be deleted. */
export function stateResources(text: string): StateResource[] {
  const { deployment } = JSON.parse(text) as { deployment?: { resources?: StateResource[] } };
  return (deployment?.resources ?? []).filter((resource) => !resource.delete).map(whole);
}

/** Of the provider's own resources, the inputs with what goes without saying. */
function whole(resource: StateResource): StateResource {
  const { type, inputs } = resource;
  if (!type.startsWith('containerhost:') || inputs === undefined) return resource;
  return { ...resource, inputs: expandInputs(inputs as Parameters<typeof expandInputs>[0]) };
}

function applied({ inputs = {}, outputs = {} }: StateResource): [string, AppliedService][] {
  const { host, name, runtime } = inputs as unknown as AppliedService & { name: string };
  const baseline = outputs.baseline === undefined ? undefined : parseBaseline(outputs.baseline);
  // what a refresh finds on the host is written over the inputs
  const { declared } = outputs as { declared?: { spec?: unknown } };
  const spec = [declared?.spec, inputs.spec].find(isSpec);
  const service = spec?.name ?? name.replace(/-[0-9a-f]{7}$/, '');
  return [[service, { runtime, instance: name, host, spec, ...(baseline && { baseline }) }]];
}

/** An encrypted one is an envelope of Pulumi's. */
function isSpec(value: unknown): value is ServiceSpec {
  return typeof value === 'object' && value !== null && 'image' in value;
}
