import * as pulumi from '@pulumi/pulumi';

/** A resource as the engine would be asked for it. */
export interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  /** what keeps it from being deleted */
  kept?: string[];
}

/** What a resource is registered with, apart from its inputs; other resources by their logical names. */
export interface Options {
  dependsOn: string[];
  deletedWith?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  ignoreChanges?: string[];
}

export const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample0';

/** What every tag and every build is. */
export const digest = `sha256:${'d1'.repeat(32)}`;

/** What clouds and hosts would answer. */
function state({ type, name, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  switch (type) {
    case 'gcp:compute/instance:Instance':
      return { ...inputs, instanceId: '4711' };
    case 'gcp:compute/disk:Disk':
      return { ...inputs, selfLink: `https://compute.example/${name}` };
    case 'gcp:serviceaccount/account:Account':
      return { ...inputs, ...accountOf(inputs) };
    case 'gcp:monitoring/notificationChannel:NotificationChannel':
      return { ...inputs, name: `projects/${inputs.project}/notificationChannels/1` };
    case 'gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig':
      return { ...inputs, uptimeCheckId: `${name}-check` };
    case 'docker:index/image:Image':
      return { ...inputs, repoDigest: `${String(inputs.imageName).replace(/:[^:/]*$/, '')}@${digest}` };
    case 'command:local:Command':
      return { ...inputs, stdout: commandOutput(name), stderr: '' };
    case 'cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication':
      return { ...inputs, aud: `${name}-aud` };
    case 'cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken':
      return { ...inputs, clientId: `${name}.access`, clientSecret: `${name}-secret` };
    case 'containerhost:index:Instance':
      return { ...inputs, name: `${name}-0000000` };
    default:
      return inputs;
  }
}

function accountOf({ accountId, project }: Record<string, unknown>): Record<string, string> {
  const email = `${accountId}@${project}.iam.gserviceaccount.com`;
  return { email, member: `serviceAccount:${email}`, name: `projects/${project}/serviceAccounts/${email}` };
}

function commandOutput(name: string): string {
  if (name.endsWith('-host-keys'))
    return JSON.stringify([
      { key: 'ssh-rsa', namespace: 'hostkeys', value: 'AAAAB3Nza' },
      { key: 'ssh-ed25519', namespace: 'hostkeys', value: hostKey.split(' ')[1] },
    ]);
  if (name.endsWith('-key')) return 'ssh-ed25519 AAAAgenerated cortex-prod\n';
  if (name.endsWith('-identity'))
    return JSON.stringify({
      machineId: '0123456789abcdef0123456789abcdef',
      account: { name: 'cortex', uid: 1000, subuidStart: 100000 },
    });
  return '';
}

/** What functions of the clouds would say. */
function answer(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (token.endsWith('getZeroTrustTunnelCloudflaredToken')) return { token: 'the-tunnels-token' };
  if (token.endsWith('getSecretVersionAccess'))
    return { secretData: `${inputs.secret} version ${inputs.version}` };
  if (token.endsWith('getZeroTrustOrganization')) return { authDomain: 'my-team.cloudflareaccess.com' };
  if (token.endsWith('getRegistryImage')) return { sha256Digest: digest };
  return {};
}

/** Answers in the mocks' place; undefined where it is none of its business. */
export interface MockedCloud {
  create(
    args: pulumi.runtime.MockResourceArgs,
  ): Promise<{ id: string; state: Record<string, unknown> } | undefined>;
  invoke(token: string, inputs: Record<string, unknown>): Promise<Record<string, unknown> | undefined>;
}

/** What a program registers a resource with, as far as it is looked at here. */
interface Registration {
  getType(): string;
  getName(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
}

interface Monitor {
  registerResource(registration: Registration, done: unknown): void;
}

/** Notes what keeps a resource from being deleted, which the SDK's mocks do not pass on. */
function listen(monitor: Monitor, kept: Map<string, string[]>): void {
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (registration, done) => {
    const options = [
      ...(registration.getProtect() ? ['protect'] : []),
      ...(registration.getRetainondelete() ? ['retainOnDelete'] : []),
    ];
    if (options.length > 0) kept.set(`${registration.getType()} ${registration.getName()}`, options);
    register(registration, done);
  };
}

/** Runs a program against mocks. `sdk` is the copy of the SDK that the program uses. */
export async function declared(
  program: () => unknown,
  { sdk = pulumi, stack = 'prod', cloud }: { sdk?: typeof pulumi; stack?: string; cloud?: MockedCloud } = {},
): Promise<Declared[]> {
  const resources: Declared[] = [];
  sdk.runtime.setMocks(
    {
      newResource: async (args) => {
        if (args.custom) resources.push({ type: args.type, name: args.name, inputs: args.inputs });
        return (await cloud?.create(args)) ?? { id: `${args.name}-id`, state: state(args) };
      },
      call: async ({ token, inputs }) =>
        (await cloud?.invoke(token, inputs)) ?? { ...inputs, ...answer(token, inputs) },
    },
    'cortex',
    stack,
  );
  const kept = new Map<string, string[]>();
  listen(sdk.runtime.getMonitor() as unknown as Monitor, kept);
  // The SDK asks for a stack for each of its promises, and Jest would map every frame of it: most of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    await program();
    await sdk.runtime.disconnect();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  for (const resource of resources) {
    const options = kept.get(`${resource.type} ${resource.name}`);
    if (options) resource.kept = options;
  }
  return resources.sort((a, b) => key(a).localeCompare(key(b)));
}

/** `Instance cortex-admin`: the last part of the type, and the logical name. */
export function key({ type, name }: Declared): string {
  return `${type.split(':').at(-1)} ${name}`;
}

/** The one resource of a key. */
export function find(resources: Declared[], wanted: string): Declared['inputs'] {
  const found = resources.find((resource) => key(resource) === wanted);
  if (!found) throw new Error(`no ${wanted} among ${resources.map(key).join(', ')}`);
  return found.inputs;
}

/** Notes the options of every resource below the component that it is given to. */
export function noteOptions(noted: Record<string, Options>): pulumi.ResourceTransformation {
  return ({ type, name, opts }) => {
    if (type.startsWith('cortex:')) return undefined;
    const { dependsOn, deletedWith, protect, retainOnDelete, deleteBeforeReplace, ignoreChanges } =
      opts as pulumi.CustomResourceOptions;
    noted[key({ type, name, inputs: {} })] = {
      dependsOn: [dependsOn ?? []].flat().map(nameOf),
      ...(deletedWith && { deletedWith: nameOf(deletedWith) }),
      ...(protect !== undefined && { protect }),
      ...(retainOnDelete !== undefined && { retainOnDelete }),
      ...(deleteBeforeReplace !== undefined && { deleteBeforeReplace }),
      ...(ignoreChanges && { ignoreChanges }),
    };
    return undefined;
  };
}

function nameOf(resource: unknown): string {
  const { __name, __pulumiType } = resource as { __name: string; __pulumiType: string };
  return `${__pulumiType.split(':').at(-1)} ${__name}`;
}

/** A value as the engine gets it when it is a Pulumi secret. */
export function secret(value: unknown): Record<string, unknown> {
  return { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value };
}

/** What an output comes to. */
export function value<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((found) => resolve(found as T));
  });
}
