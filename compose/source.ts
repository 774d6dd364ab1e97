import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml';
import type { Path } from './problem.ts';

/** A YAML text as plain values, and where in the text each of them stands. */
export interface Source {
  value: unknown;
  /** what the parser objects to, the first where one follows from another; `value` is undefined when there is anything */
  faults: { line: number; message: string }[];
  /** line of a key or list item, or of the nearest parent that is there */
  line(path: Path): number;
  /** a scalar as it is written, without its quotes */
  text(path: Path): string | undefined;
}

/** YAML 1.1's octal (0755), which Compose still reads as such and YAML 1.2 would read as decimal. */
const octal = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0[0-7]+$/,
  resolve: (text: string) => Number.parseInt(text, 8),
} as const;

/** Objections from which no other follows. */
const independent = new Set<ErrorCode>(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED', 'BAD_DQ_ESCAPE']);

const parsed = new Map<string, Source>();

/** Parses YAML 1.2 with anchors and merge keys, the same text once. Never throws. */
export function parseSource(text: string): Source {
  const known = parsed.get(text);
  if (known) return known;
  const source = parseText(text);
  parsed.set(text, source);
  return source;
}

function parseText(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
    customTags: (tags) => [octal, ...tags],
  });
  const lineAt = (offset: number | undefined) => Math.max(1, lines.linePos(offset ?? 0).line);
  // a parser that has lost its way objects to most of what follows
  const isLost = ({ code }: YAMLParseError | YAMLWarning) => !independent.has(code);
  const objections = [...document.errors, ...document.warnings];
  const lost = objections.find(isLost);
  const told = objections.filter((each) => each === lost || !isLost(each));
  const faults = told.map((fault) => ({
    line: lineAt(fault.pos[0]),
    message: lowerFirst(fault.message),
  }));
  let value: unknown;
  if (faults.length === 0) {
    try {
      const found: unknown = document.toJS();
      if (holdsItself(found))
        faults.push({ line: 1, message: 'an alias stands in what it stands for, without an end' });
      else value = found;
    } catch (error) {
      // an alias without an anchor, or aliases that multiply without bound
      faults.push({ line: 1, message: lowerFirst(error instanceof Error ? error.message : String(error)) });
    }
  }
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

  return {
    value,
    faults,
    line: (path) => {
      let offset: number | undefined;
      let node: unknown = document.contents;
      for (const part of path) {
        const next = step(resolve(node), part, resolve);
        if (!next) break;
        offset = next.offset ?? offset;
        node = next.node;
      }
      return lineAt(offset);
    },
    text: (path) => {
      let node: unknown = document.contents;
      for (const part of path) node = step(resolve(node), part, resolve)?.node;
      const scalar = resolve(node);
      return isScalar(scalar) ? scalar.source : undefined;
    },
  };
}

interface Step {
  node: unknown;
  /** where the key, or the list item, begins */
  offset: number | undefined;
}

function step(node: unknown, part: string | number, resolve: (node: unknown) => unknown): Step | undefined {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  if (isMap(node) && typeof part === 'string') return entry(node, part, resolve);
  return undefined;
}

/** A key of a map, or else of the maps merged into it (`<<`), the first of which wins. */
function entry(map: YAMLMap, key: string, resolve: (node: unknown) => unknown): Step | undefined {
  const merged: unknown[] = [];
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? pair.key : undefined;
    if (typeof name?.value === 'symbol') merged.push(pair.value);
    else if (String(name?.value) === key) return { node: pair.value, offset: startOf(pair.key) };
  }
  for (const value of merged) {
    const target = resolve(value);
    for (const source of isSeq(target) ? target.items.map(resolve) : [target]) {
      const found = isMap(source) ? entry(source, key, resolve) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** Whether a value is part of itself: YAML can say so (`&a [*a]`), and nobody could read it to its end. */
function holdsItself(value: unknown, above: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (above.includes(value)) return true;
  return Object.values(value).some((each) => holdsItself(each, [...above, value]));
}
