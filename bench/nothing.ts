import { type ResourceProvider, serve } from '../provider/rpc/serve.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import { type BareProgram, bareProgram } from './program.ts';

/** How many properties each has: about as many as a service's instance and its slot. */
const properties = 10;

/**
 * A program of resources that are nothing, of a provider that answers at once: what a preview of so many costs
 * anybody who declares them.
 */
export async function nothingProgram(
  rehearsal: Rehearsal,
  count: number,
): Promise<BareProgram & { close(): Promise<void> }> {
  const served = await serve(nothing);
  const program = await bareProgram(rehearsal, {
    name: 'nothing',
    source: `import * as pulumi from '@pulumi/pulumi';
const properties = Object.fromEntries(Array.from({ length: ${properties} }, (_, nth) => ['property' + nth, 'as it was']));
for (let nth = 0; nth < ${count}; nth++) new pulumi.CustomResource('nothing:index:Thing', 'thing-' + nth, properties);
`,
    environment: {
      PULUMI_DEBUG_PROVIDERS: [rehearsal.environment.PULUMI_DEBUG_PROVIDERS, `nothing:${served.port}`].join(),
    },
  });
  return { ...program, close: () => served.close() };
}

const nothing: ResourceProvider = {
  name: 'nothing',
  version: '1.0.0',
  check: (_type, { news }) => ({ inputs: news, failures: [] }),
  diff: () => ({ changes: false, replaces: [], deleteBeforeReplace: false }),
  create: async (_type, { name }) => ({ id: name, properties: {} }),
  read: async (_type, { id, inputs, properties }) => ({ id, inputs, properties }),
  update: async () => ({ properties: {} }),
  delete: async () => {},
};
