import * as pulumi from '@pulumi/pulumi';

/** A resource as the engine would be asked for it. */
export interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** What a resource is registered with, apart from its inputs; other resources by their logical names. */
export interface Options {
  dependsOn: string[];
  deletedWith?: string;
  protect?: boolean;
  deleteBeforeReplace?: boolean;
  ignoreChanges?: string[];
}

export const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample0';

/** What clouds and hosts would answer. */
function state({ type, name, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  switch (type) {
    case 'gcp:compute/instance:Instance':
      return { ...inputs, instanceId: '4711' };
    case 'gcp:compute/disk:Disk':
      return { ...inputs, selfLink: `https://compute.example/${name}` };
    case 'gcp:serviceaccount/account:Account':
      return { ...inputs, email: `${inputs.accountId}@${inputs.project}.iam.gserviceaccount.com` };
    case 'command:local:Command':
      return { ...inputs, stdout: commandOutput(name), stderr: '' };
    case 'containerhost:index:Instance':
      return { ...inputs, name: `${name}-0000000` };
    default:
      return inputs;
  }
}

function commandOutput(name: string): string {
  if (name.endsWith('-host-keys'))
    return JSON.stringify([
      { key: 'ssh-rsa', namespace: 'hostkeys', value: 'AAAAB3Nza' },
      { key: 'ssh-ed25519', namespace: 'hostkeys', value: hostKey.split(' ')[1] },
    ]);
  if (name.endsWith('-identity'))
    return JSON.stringify({
      machineId: '0123456789abcdef0123456789abcdef',
      account: { name: 'cortex', uid: 1000, subuidStart: 100000 },
    });
  return '';
}

/** Runs a program against mocks. `sdk` is the copy of the SDK that the program uses. */
export async function declared(
  program: () => unknown,
  { sdk = pulumi, stack = 'prod' } = {},
): Promise<Declared[]> {
  const resources: Declared[] = [];
  sdk.runtime.setMocks(
    {
      newResource: (args) => {
        if (args.custom) resources.push({ type: args.type, name: args.name, inputs: args.inputs });
        return { id: `${args.name}-id`, state: state(args) };
      },
      call: ({ token, inputs }) =>
        token.endsWith('getZeroTrustTunnelCloudflaredToken')
          ? { ...inputs, token: 'the-tunnels-token' }
          : inputs,
    },
    'cortex',
    stack,
  );
  await program();
  await sdk.runtime.disconnect();
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
    const { dependsOn, deletedWith, protect, deleteBeforeReplace, ignoreChanges } =
      opts as pulumi.CustomResourceOptions;
    noted[key({ type, name, inputs: {} })] = {
      dependsOn: [dependsOn ?? []].flat().map(nameOf),
      ...(deletedWith && { deletedWith: nameOf(deletedWith) }),
      ...(protect !== undefined && { protect }),
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
