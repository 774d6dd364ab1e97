import { stringify } from 'yaml';
import type { Declared } from './mocks.ts';

/** How long a text is shown whole: what is longer is a script or a document, which other tests have. */
const shownLength = 200;

/** What the program declares as a reviewer reads it: types, names, and the inputs that matter, secrets hidden. */
export function graph(resources: Declared[]): string {
  const sorted = [...resources].sort((a, b) => heading(a).localeCompare(heading(b)));
  return sorted
    .map(
      (resource) =>
        `${heading(resource)}\n${indented(stringify(shown(onHost(resource.inputs)), { lineWidth: 110 }))}`,
    )
    .join('\n');
}

/** How to reach a host, and who it is, is the same for all that is on it. */
function onHost(inputs: Declared['inputs']): Declared['inputs'] {
  const { host, connection, ...others } = inputs;
  if (typeof host !== 'string' || typeof connection !== 'string') return inputs;
  return { host: JSON.parse(connection).address, ...others };
}

function heading({ type, name, kept = [] }: Declared): string {
  return [type, name, ...kept.map((option) => `(${option})`)].join(' ');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function shown(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return value.length <= shownLength ? value : `${firstLine(value)} …`;
  if (Array.isArray(value)) return value.map((element) => shown(element));
  if (typeof value !== 'object' || value === null) return value;
  if ('4dabf18193072939515e22adb298388d' in value) return '(secret)';
  // a service's own declaration: compose.yaml says the rest
  if (key === 'spec') return { image: (value as { image?: unknown }).image, '…': '…' };
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, shown(entry, name)]));
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 80);
}
