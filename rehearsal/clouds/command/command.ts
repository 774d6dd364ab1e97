import { randomBytes } from 'node:crypto';
import type { Operation, ResourceProvider } from '../../../provider/rpc/resourceProvider.ts';
import {
  hasSecret,
  type PropertyValue,
  type Props,
  reveal,
  Secret,
  Unknown,
} from '../../../provider/rpc/value.ts';
import { asReasons, requireValid, validate } from '../check.ts';
import { diffInputs } from '../diff.ts';
import type { Schema } from '../schema.ts';
import type { PlainProps } from '../store.ts';
import table from '../types/command.json' with { type: 'json' };
import { type Outcome, runCommand, type Surroundings } from './run.ts';

const schema = table as Schema;
const commandType = 'command:local:Command';
const runToken = 'command:local:run';

/** Files that a command leaves are not collected here; who needs them is told so. */
const unsupported = ['assetPaths', 'archivePaths'];

/**
 * The provider `command`, of which `local.Command` and `local.run` really run. As the real one it keeps no
 * cloud and reads nothing: its state is all it knows.
 */
export function command(
  surroundings: Surroundings = { directory: process.cwd(), environment: process.env },
): ResourceProvider {
  const properties = schema.resources[commandType]?.inputs ?? {};
  return {
    name: 'command',
    version: schema.version,

    check(type, { news }) {
      requireCommand(type);
      const inputs: Props = { addPreviousOutputInEnv: true, ...news };
      return {
        inputs,
        failures: asReasons([...validate(schema, properties, news), ...refused(news)]),
      };
    },

    diff(type, { oldInputs, news }) {
      requireCommand(type);
      // Also with an update command, of which the documentation says otherwise: the SDK asks for it.
      const result = diffInputs(schema, properties, { triggers: true }, oldInputs, news);
      return { ...result, deleteBeforeReplace: false };
    },

    preview: (_type, { news }) => ({ ...news, stdout: Unknown, stderr: Unknown }),

    async create(type, req) {
      requireCommand(type);
      const outcome = await run(req.inputs.create, req.inputs, undefined, req, surroundings);
      return { id: `${req.name}${randomBytes(4).toString('hex')}`, properties: state(req.inputs, outcome) };
    },

    read: async (_type, { id, inputs, properties }) => ({ id, inputs, properties }),

    async update(type, req) {
      requireCommand(type);
      const outcome = await run(
        req.news.update ?? req.news.create,
        req.news,
        outcomeOf(req.olds),
        req,
        surroundings,
      );
      return { properties: state(req.news, outcome) };
    },

    async delete(type, req) {
      requireCommand(type);
      await run(req.properties.delete, req.properties, outcomeOf(req.properties), req, surroundings);
    },

    async invoke(token, args, operation) {
      if (token !== runToken) {
        throw new Error(
          `the simulated command provider does not know the function '${token}': it knows ${runToken}`,
        );
      }
      requireValid(token, [
        ...validate(schema, schema.functions[token]?.inputs ?? {}, args),
        ...refused(args),
      ]);
      return { ...args, ...(await run(args.command, args, undefined, operation, surroundings)) };
    },
  };
}

function requireCommand(type: string): void {
  if (type === commandType) return;
  throw new Error(`the simulated command provider does not know the type '${type}': it knows ${commandType}`);
}

function refused(inputs: Props): { property: string; reason: string }[] {
  return unsupported
    .filter((property) => inputs[property] !== undefined)
    .map((property) => ({ property, reason: `not collected by the simulated command provider` }));
}

async function run(
  line: PropertyValue | undefined,
  inputs: Props,
  previous: Outcome | undefined,
  operation: Pick<Operation, 'log' | 'signal'>,
  surroundings: Surroundings,
): Promise<Outcome> {
  if (line === undefined || line === null) return previous ?? { stdout: '', stderr: '' };
  return await runCommand(
    String(reveal(line)),
    reveal(inputs) as PlainProps,
    previous,
    operation,
    surroundings,
  );
}

/** Every output depends on every input: with a secret input, what was printed is secret too. */
function state(inputs: Props, { stdout, stderr }: Outcome): Props {
  const seal = (text: string) => (hasSecret(inputs) ? new Secret(text) : text);
  return { ...inputs, stdout: seal(stdout), stderr: seal(stderr) };
}

function outcomeOf({ stdout, stderr }: Props): Outcome {
  return { stdout: String(reveal(stdout ?? '')), stderr: String(reveal(stderr ?? '')) };
}
