import type {
  CheckRequest,
  CheckResult,
  DiffRequest,
  DiffResult,
  Operation,
  PreviewRequest,
  ResourceProvider,
} from '../../provider/rpc/resourceProvider.ts';
import { type Props, reveal, sealLike, Unknown } from '../../provider/rpc/value.ts';
import { autoname } from './autoname.ts';
import { asReasons, requireValid, validate } from './check.ts';
import { diffInputs } from './diff.ts';
import type { Cloud, Draft, Kind } from './kind.ts';
import { requireReferences, users } from './references.ts';
import { brokenRules } from './rules.ts';
import type { ResourceSchema, Schema } from './schema.ts';
import type { PlainProps, Store, Stored } from './store.ts';

export type CloudFunction = (args: PlainProps, cloud: Cloud) => Promise<PlainProps> | PlainProps;

export interface CloudArgs {
  name: string;
  schema: Schema;
  kinds: Record<string, Kind>;
  functions: Record<string, CloudFunction>;
  store: Store;
  /** called after each change of what is in the cloud */
  changed?(): void;
  /** whether resources without a name get a random one, as the provider does */
  autonames?: boolean;
}

/** What a provider writes into its inputs about those that it chose itself. */
const defaultsKey = '__defaults';

/** A provider that keeps to its published types and has its cloud in a file. */
export function simulatedCloud(args: CloudArgs): ResourceProvider {
  const { name: provider, schema, kinds, functions, store } = args;
  const cloud: Cloud = { store, config: {} };

  function known(type: string): { table: ResourceSchema; kind: Kind } {
    const table = schema.resources[type];
    const kind = kinds[type];
    if (!table || !kind) {
      throw new Error(
        `the simulated ${provider} cloud does not know the type '${type}': it knows ${Object.keys(kinds).join(', ')}`,
      );
    }
    return { table, kind };
  }

  function draft(inputs: Props, operation: Operation): Draft {
    return { name: operation.name, inputs: withoutDefaults(plain(inputs)), cloud, operation };
  }

  /** Inputs, then what is computed; secrets where the inputs have them. */
  function state(inputs: Props, stored: Stored): Props {
    return { ...inputs, ...stored.outputs };
  }

  return {
    name: provider,
    version: schema.version,

    checkConfig: ({ news }) => ({ inputs: news, failures: validateConfig(schema, news) }),

    configure(_variables, config) {
      cloud.config = plain(config);
    },

    check(type: string, req: CheckRequest): CheckResult {
      const { table, kind } = known(type);
      const news = { ...req.news };
      delete news[defaultsKey];
      for (const property of kind.configured ?? []) {
        news[property] ??= cloud.config[property] ?? null;
        if (news[property] === null) delete news[property];
      }
      const named = args.autonames ? autoname(table, news, req) : undefined;
      const failures = [
        ...validate(schema, table.inputs, named ?? news),
        ...brokenRules(kind.rules ?? [], named ?? news),
        ...(kind.check?.(news) ?? []),
      ];
      for (const property of kind.configured ?? []) {
        if (news[property] !== undefined) continue;
        const reason = `missing, and the configuration has no ${provider}:${property}`;
        failures.push({ property, reason });
      }
      return {
        inputs: { ...(named ?? news), [defaultsKey]: named ? ['name'] : [] },
        failures: asReasons(failures),
      };
    },

    diff(type: string, req: DiffRequest): DiffResult {
      const { table, kind } = known(type);
      const { [defaultsKey]: _, ...olds } = req.oldInputs;
      const { [defaultsKey]: defaults, ...news } = req.news;
      const result = diffInputs(schema, table.inputs, kind.replaces ?? {}, olds, news);
      // Two of one name cannot be: with a name of the program's own choice the old one goes first.
      const ownName =
        args.autonames && 'name' in news && !(Array.isArray(defaults) && defaults.includes('name'));
      const deleteBeforeReplace = Boolean(ownName && olds.name === news.name && result.replaces.length > 0);
      return { ...result, deleteBeforeReplace };
    },

    preview(type: string, req: PreviewRequest): Props {
      const { table, kind } = known(type);
      const news = kind.preview?.(req.news) ?? req.news;
      const outputs = table.outputs.map((name) => [name, (req.id && req.olds[name]) || Unknown]);
      return { ...Object.fromEntries(outputs), ...news };
    },

    async create(type, req) {
      const { kind } = known(type);
      const request = draft(req.inputs, req);
      requireReferences(kind, request.inputs, store);
      const id = kind.id(request);
      if (store.get(type, id)) throw new Error(`${type} '${id}' already exists`);
      const { outputs = {}, hidden = {} } = (await kind.create?.(request, id)) ?? {};
      const stored: Stored = { type, id, inputs: request.inputs, outputs, hidden };
      store.put(stored);
      args.changed?.();
      return { id, properties: state(req.inputs, stored) };
    },

    async read(type, req) {
      const { kind } = known(type);
      const stored = store.get(type, req.id);
      const outputs = stored && (kind.read ? await kind.read(stored, cloud) : stored.outputs);
      if (!outputs) {
        store.delete(type, req.id);
        return { id: '', inputs: {}, properties: {} };
      }
      const { [defaultsKey]: defaults, ...before } = req.inputs;
      const inputs = sealLike(stored.inputs, before) as Props;
      if (defaults !== undefined) inputs[defaultsKey] = defaults;
      return { id: req.id, inputs, properties: sealLike({ ...inputs, ...outputs }, req.properties) as Props };
    },

    async update(type, req) {
      const { kind } = known(type);
      const stored = store.get(type, req.id);
      if (!stored) throw new Error(`${type} '${req.id}' is no longer there: run 'pulumi refresh'`);
      const request = draft(req.news, req);
      requireReferences(kind, request.inputs, store);
      const effect = (await kind.update?.(request, stored)) ?? {};
      const next: Stored = {
        ...stored,
        inputs: request.inputs,
        outputs: { ...stored.outputs, ...effect.outputs },
        hidden: { ...stored.hidden, ...effect.hidden },
      };
      store.put(next);
      args.changed?.();
      return { properties: state(req.news, next) };
    },

    async delete(type, req) {
      const { kind } = known(type);
      const stored = store.get(type, req.id);
      if (!stored) return;
      if (stored.inputs.deletionPolicy === 'PREVENT') {
        throw new Error(`${type} '${req.id}' has the deletionPolicy 'PREVENT'`);
      }
      const [user] = users(kinds, store, stored);
      if (user) throw new Error(`${type} '${req.id}' is in use by ${user.type} '${user.id}'`);
      await kind.delete?.(stored, draft(req.oldInputs, req));
      store.delete(type, req.id);
      args.changed?.();
    },

    async invoke(token, invocation) {
      const table = schema.functions[token];
      const implementation = functions[token];
      if (!table || !implementation) {
        throw new Error(
          `the simulated ${provider} cloud does not know the function '${token}': it knows ${Object.keys(functions).join(', ')}`,
        );
      }
      requireValid(token, validate(schema, table.inputs, invocation));
      return { ...(await implementation(plain(invocation), cloud)) };
    },
  };
}

/** The engine passes lists and objects of a provider's configuration as JSON, and a version with them. */
function validateConfig(schema: Schema, news: Props): CheckResult['failures'] {
  const scalars = Object.fromEntries(
    Object.entries(schema.config).map(([name, property]) => [name, { ...property, type: 'any' }]),
  );
  return asReasons(validate(schema, { ...scalars, version: { type: 'string' } }, news));
}

function plain(props: Props): PlainProps {
  return reveal(props) as PlainProps;
}

function withoutDefaults(inputs: PlainProps): PlainProps {
  const { [defaultsKey]: _, ...rest } = inputs;
  return rest;
}
