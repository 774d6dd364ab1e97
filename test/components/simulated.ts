import * as pulumi from '@pulumi/pulumi';
import { type Props, Secret } from '../../provider/rpc/value.ts';
import type { Engine } from '../rehearsal/clouds/fakes.ts';

// The SDK asks for a stack for each of its promises, and Jest would map every frame of it: nine tenths of the time.
Error.prepareStackTrace = String;

/** As the SDK puts a secret on the wire. */
const secretMark = '4dabf18193072939515e22adb298388d';

/**
 * Runs a program whose resources are made in simulated clouds, in this process: what a cloud refuses fails the
 * run, all of it at once. One run may fill many clouds, which is a great deal quicker than a run for each.
 * @param cloudOf the cloud of a resource or an invocation, by its token and its inputs
 */
export async function deploy(
  cloudOf: (token: string, inputs: Record<string, unknown>) => Engine,
  program: () => unknown,
): Promise<void> {
  const refused: string[] = [];
  await pulumi.runtime.setMocks(
    {
      async newResource({ type, name, inputs, custom }) {
        // a provider of its own is how a cloud is reached, and nothing in it
        if (!custom || type.startsWith('pulumi:providers:')) return { id: name, state: {} };
        try {
          const made = await cloudOf(type, inputs).create(type, name, sealed(inputs) as Props);
          return { id: made.id, state: made.properties };
        } catch (error) {
          // the SDK would end the process
          refused.push(`${name}: ${(error as Error).message}`);
          return { id: name, state: inputs };
        }
      },
      call: async ({ token, inputs }) => (await cloudOf(token, inputs).invoke(token, inputs)) ?? {},
    },
    'cortex',
    'prod',
  );
  await program();
  await pulumi.runtime.disconnect();
  if (refused.length > 0) throw new Error(refused.join('\n'));
}

/** Inputs as a provider gets them: secrets are what they are on the wire. */
export function sealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sealed);
  if (typeof value !== 'object' || value === null) return value;
  if (secretMark in value) return new Secret(sealed((value as unknown as { value: unknown }).value) as never);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sealed(each)]));
}
