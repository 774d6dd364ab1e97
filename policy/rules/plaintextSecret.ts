import type { CommandArgs } from '@pulumi/command/local/command.js';
import type { ContainerArgs } from '@pulumi/docker/container.js';
import type { InstanceArgs } from '@pulumi/gcp/compute/instance.js';
import type { Unwrap } from '@pulumi/pulumi';
import { encodings } from '../../spec/encodings.ts';
import { looksSecret, namesSecret } from '../../spec/secretLike.ts';
import { dockerType, instanceType, specOf } from '../container.ts';
import { type Check, type Finding, resourceRule, type Subject, stackRule, unknown } from '../rule.ts';

/** A text that everybody can read who may see the stack, its state or its host. */
interface Plain {
  /** property path */
  where: string;
  /** of a variable or an entry; '' for other texts */
  name: string;
  text: string;
}

/** Where each type has texts that are stored and passed on as they are. */
const places: Record<string, (props: Record<string, unknown>) => Plain[]> = {
  [instanceType]: (props) => {
    const spec = specOf(props.spec as object);
    const words = [...(spec.entrypoint ?? []), ...(spec.command ?? []), ...(spec.health?.command ?? [])];
    return [
      ...entries('spec.environment', spec.environment),
      ...entries('spec.labels', spec.labels),
      ...texts('spec.command', words),
      ...spec.configs.flatMap(({ config, content }) =>
        texts(`spec.configs.${config}`, typeof content === 'string' ? content.split(/\s+/) : []),
      ),
    ];
  },
  [dockerType]: (props) => {
    const { envs = [], command = [], entrypoints = [] } = props as Unwrap<ContainerArgs>;
    const pairs = envs.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]);
    return [...entries('envs', Object.fromEntries(pairs)), ...texts('command', [...entrypoints, ...command])];
  },
  'gcp:compute/instance:Instance': (props) => {
    const { metadata = {}, metadataStartupScript = '' } = props as Unwrap<InstanceArgs>;
    return [
      ...entries('metadata', metadata),
      ...texts('metadataStartupScript', metadataStartupScript.split(/\s+/)),
    ];
  },
  'command:local:Command': (props) => {
    const { environment = {}, create = '', update = '' } = props as Unwrap<CommandArgs>;
    return [
      ...entries('environment', environment),
      ...texts('create', String(create).split(/\s+/)),
      ...texts('update', String(update).split(/\s+/)),
    ];
  },
};

const advice = 'deliver it as a file, by Compose `secrets:` and cortex:secrets';

const check: Check<Record<string, never>> = ({ type, props }) =>
  (places[type]?.(props) ?? [])
    .filter(({ name, text }) => text !== unknown && text !== '' && (namesSecret(name) || looksSecret(text)))
    .map(({ where }) => `has what looks like a secret in ${where}, in plain text: ${advice}`);

/** By the looks of names and values: what nobody declared as a secret. */
export const plaintextSecret = resourceRule({
  name: 'no-plaintext-secret',
  description: 'Nothing that looks like a secret is in an environment, a command line or a configuration.',
  options: {},
  checks: Object.fromEntries(Object.keys(places).map((type) => [type, check])),
});

/** By the values themselves: what the stack declares as a secret, in whatever form, is nowhere else. */
export const leakedSecret = stackRule({
  name: 'no-leaked-secret',
  description: "The value of one of the stack's secrets is in no plain property of any resource.",
  options: {},
  check: (subjects) => {
    const values = new Set(subjects.flatMap(secretValues));
    const forms = [...values].flatMap(encodings);
    return subjects.flatMap((subject): Finding[] =>
      (places[subject.type]?.(subject.props) ?? [])
        .filter(({ text }) => forms.some((form) => text.includes(form)))
        .map(({ where }) => ({
          urn: subject.urn,
          message: `has a secret's value in ${where}, in plain text: ${advice}`,
        })),
    );
  },
});

/** What instances are given as secrets, and what logs in at registries. */
function secretValues({ type, props }: Subject): string[] {
  if (type === instanceType) return strings(props.secrets);
  if (type === 'containerhost:index:Images')
    return Object.values((props.registries ?? {}) as Record<string, unknown>).flatMap((registry) =>
      strings({ password: (registry as { password?: unknown }).password }),
    );
  return [];
}

function strings(values: unknown): string[] {
  return Object.values((values ?? {}) as Record<string, unknown>).filter(
    (value): value is string => typeof value === 'string' && value !== unknown,
  );
}

function entries(path: string, values: Record<string, unknown>): Plain[] {
  return Object.entries(values).map(([name, text]) => ({
    where: `${path}.${name}`,
    name,
    text: String(text),
  }));
}

function texts(where: string, words: readonly string[]): Plain[] {
  return words.map((text) => ({ where, name: '', text }));
}
