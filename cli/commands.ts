import type { Command } from 'commander';
import type { Run } from './context.ts';

/** One command: `define` gives it its options, and what it does. Its exit code is what the action resolves to. */
export interface CommandModule {
  define(command: Command, run: Run): void;
}

/** Only the one that is asked for is loaded: the others cost nothing. */
export const commands: Record<string, { summary: string; load: () => Promise<CommandModule> }> = {
  status: {
    summary: 'which services are declared, applied and live, under what, and how they are',
    load: () => import('./commands/status.ts'),
  },
  audit: {
    summary: 'what runs on the host, whoever put it there: declared services and strangers',
    load: () => import('./commands/audit.ts'),
  },
  adopt: {
    summary: 'takes a running Compose project into the stack, without stopping it',
    load: () => import('./commands/adopt.ts'),
  },
  logs: {
    summary: 'what a service wrote, under whichever runtime',
    load: () => import('./commands/logs.ts'),
  },
  exec: {
    summary: 'runs a command in the container of a service',
    load: () => import('./commands/exec.ts'),
  },
  docs: {
    summary: 'writes the part of SYSTEM.md that says what is declared',
    load: () => import('./commands/docs.ts'),
  },
  launchd: {
    summary: 'the job that starts a Podman machine on a Mac: print, install, remove',
    load: () => import('./commands/launchd.ts'),
  },
  run: {
    summary: 'runs a command in a container of its own, and removes it',
    load: () => import('./commands/run.ts'),
  },
  receipt: {
    summary: 'what the last deployment cost: requests, lost ones, latencies, as a page',
    load: () => import('./commands/receipt.ts'),
  },
  preflight: {
    summary: 'before the first up: tools, logins, the clouds, secrets, and what it costs',
    load: () => import('./commands/preflight.ts'),
  },
  feasibility: {
    summary: 'what stands against moving services to another runtime',
    load: () => import('./commands/feasibility.ts'),
  },
};
