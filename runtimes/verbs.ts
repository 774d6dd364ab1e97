import type { ServiceSpec } from '../spec/service.ts';
import { shellWord } from './escape.ts';
import type { RenderContext, RenderedFile, Verb } from './runtime.ts';

/** One verb: what it does, for whoever opens it, and its lines of POSIX shell. */
export interface VerbScript {
  verb: Verb;
  says: string;
  lines: string[];
}

/** The verbs as files of the instance's directory. */
export function verbFiles({ directory }: RenderContext, scripts: VerbScript[]): RenderedFile[] {
  return scripts.map(({ verb, says, lines }) => ({
    path: `${directory}/${verb}`,
    content: `${['#!/bin/sh', `# ${says}`, 'set -eu', `cd ${shellWord(directory)}`, ...lines].join('\n')}\n`,
    mode: '0700',
    owner: 'root',
  }));
}

/** Ends the verb with a message that is the operator's to read. */
export const failFunction = 'fail() { printf \'%s\\n\' "$*" >&2; exit 1; }';

/**
 * Runs a probe with a time limit and says so when it ran out (`timeout` exits 124 then).
 * @param run what to put before `timeout`, to run it as somebody else
 */
export function withTimeout(command: string, ms: number, run = ''): string[] {
  const seconds = ms / 1000;
  return [
    'code=0',
    `${run}timeout ${seconds} ${command} || code=$?`,
    `[ "$code" -ne 124 ] || echo "the health command did not end within ${seconds} s" >&2`,
    'exit "$code"',
  ];
}

/**
 * Without a health check: whether something in the container listens on each port. An engine's forwarder takes
 * connections before, and closes them. Tools of the image are not needed.
 * @param pid shell that prints the id of a process of the container
 */
export function listens({ ports }: ServiceSpec, pid: string): string[] {
  if (ports.length === 0) return [];
  const probes = ports.map(({ port }) => {
    const address = port.toString(16).toUpperCase().padStart(4, '0');
    return (
      `cat /proc/$pid/net/tcp /proc/$pid/net/tcp6 2>/dev/null | awk '$4 == "0A" && $2 ~ /:${address}$/ { found = 1 } END { exit !found }' || ` +
      `{ echo 'nothing listens on port ${port} of the container' >&2; exit 1; }`
    );
  });
  return [`pid=$(${pid})`, ...probes];
}

/** Services that may end by themselves: an exit of 0 is then as good as being up. */
export function mayEnd({ restart }: ServiceSpec): boolean {
  return restart === 'no' || restart === 'on-failure';
}
