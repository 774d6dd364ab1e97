import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proxyGlobal } from './haproxy.ts';

/** The host's functions, in an order in which each stands on the ones before. */
const parts = [
  'lib',
  'address',
  'proxy',
  'adopt',
  'volume',
  'data',
  'carry',
  'instance',
  'ask',
  'images',
  'read',
  'probe',
  'install',
  'containerhost',
];

let library: string | undefined;

/**
 * The shell library that every operation on a host begins with. It is sent along each time, so that what
 * runs is of the provider's own version, whatever set the host up.
 */
export function hostLibrary(): string {
  library ??= [
    '#!/bin/bash',
    'set -euo pipefail',
    'umask 022',
    ...parts.map((part) => readFileSync(join(import.meta.dirname, 'host', `${part}.sh`), 'utf8')),
  ].join('\n');
  return library;
}

/**
 * A script, run as root, that makes a host ready for instances: the proxy, the virtual addresses, and the
 * recovery of what an unfinished deployment parked. It can be run again; it changes only what differs.
 */
export function hostSetupScript(): string {
  return [
    'umask 022',
    'containerhost=/usr/local/sbin/containerhost',
    'mkdir -p /usr/local/sbin',
    'beside=/usr/local/sbin/.containerhost~$$',
    `cat >"$beside" <<'CONTAINERHOST'`,
    hostLibrary(),
    'containerhost "$@"',
    'CONTAINERHOST',
    'chmod 0755 "$beside"',
    'mv -f "$beside" "$containerhost"',
    `"$containerhost" install <<'PROXY'`,
    `${proxyGlobal}PROXY`,
  ].join('\n');
}
