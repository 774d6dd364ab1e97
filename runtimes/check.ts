import { type Mount, type RuntimeName, type ServiceSpec, secretNames } from '../spec/service.ts';
import { healthCommandText } from './healthCommand.ts';
import { imagePattern } from './image.ts';
import { ownLabels } from './labels.ts';
import { subordinateIds } from './runtime.ts';

/**
 * Everything in a service that the runtime cannot honour exactly, one line each: where, what was found, what to do.
 * Empty when `render` can be called. What is refused for one runtime only says so, so that a service that is to
 * move can be mended first.
 */
export function problems(runtime: RuntimeName, spec: ServiceSpec): string[] {
  const found = [...common(spec), ...(runtime === 'podman' ? podmanOnly(spec) : [])];
  return found.map(([field, value, rest]) => `services.${spec.name}.${field}: ${quoted(value)} ${rest}`);
}

/** field, value found, what is wrong and what to do */
type Problem = [string, unknown, string];

const name = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const hostname =
  /^(?=.{1,63}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const signal = /^(SIG)?[A-Z][A-Z0-9+-]*$|^[0-9]{1,2}$/;
const capability = /^[A-Z][A-Z_]*$/;
const octal = /^[0-7]{3,4}$/;

function common(spec: ServiceSpec): Problem[] {
  const found: Problem[] = [];
  const refuse = (field: string, value: unknown, rest: string) => found.push([field, value, rest]);
  const expect = (pattern: RegExp, field: string, value: string, expected: string) => {
    if (!pattern.test(value)) refuse(field, value, `is not ${expected}`);
  };

  expect(
    imagePattern,
    'image',
    spec.image,
    'the name of an image: expected registry/name:tag or name@digest',
  );
  for (const [field, value] of texts(spec)) {
    const bad = unportable(value);
    if (bad)
      refuse(field, value, `holds ${bad}, which no process can be given on every runtime: leave it out`);
  }
  for (const key of Object.keys(spec.environment)) {
    if (!/^[^\s=]+$/.test(key)) {
      refuse(
        'environment',
        key,
        'is not the name of a variable: expected at least one character, no "=" and no white space',
      );
    }
  }
  for (const key of Object.keys(spec.labels)) {
    if (key === '' || key.includes('=')) {
      refuse('labels', key, 'is not the name of a label: expected at least one character and no "="');
    }
    if (key.startsWith(ownLabels) || key.startsWith('com.docker.compose.')) {
      refuse('labels', key, 'is a label that the deployment sets itself: rename it');
    }
  }
  if (spec.hostname !== null) {
    expect(
      hostname,
      'hostname',
      spec.hostname,
      'a host name: expected letters, digits, "-" and ".", at most 63',
    );
  }
  if (spec.workingDir !== null) {
    const path = spec.workingDir;
    if (!isPath(path)) refuse('working_dir', path, `is not ${aPath}`);
    else if (/[\s"]$/.test(path))
      refuse('working_dir', path, 'ends in white space or a quote: rename the folder');
  }
  if (spec.stopSignal !== null) {
    expect(signal, 'stop_signal', spec.stopSignal, 'a signal: expected a name such as SIGTERM, or a number');
  }
  for (const field of ['capDrop', 'capAdd'] as const) {
    const key = field === 'capDrop' ? 'cap_drop' : 'cap_add';
    for (const cap of spec[field])
      expect(capability, key, cap, 'a capability: expected a name such as NET_ADMIN, or ALL');
  }
  if (spec.networks.length === 0)
    refuse('networks', '', 'names no network: expected at least one, for its ports to be reached');
  for (const network of spec.networks) expect(name, 'networks', network, aName);
  for (const secret of secretNames(spec)) expect(name, 'secrets', secret, aName);
  for (const { config } of spec.configs) expect(name, 'configs', config, aName);

  const seen = new Set<string>();
  for (const [field, target] of targets(spec)) {
    if (!isPath(target)) refuse(field, target, `is not ${aPath}`);
    if (seen.has(target)) refuse(field, target, 'is mounted twice: expected one mount a path');
    seen.add(target);
  }
  for (const mount of spec.mounts) {
    if (mount.kind === 'tmpfs')
      expect(octal, 'tmpfs', mount.mode, 'a mode: expected octal digits such as 1777');
    if (mount.kind === 'host' && !isPath(mount.source)) refuse('volumes', mount.source, `is not ${aPath}`);
  }
  if (spec.health) {
    if (spec.health.command.length === 0)
      refuse('healthcheck.test', '', 'has no command: expected one, or no health check');
    if (spec.health.retries < 1)
      refuse('healthcheck.retries', spec.health.retries, 'is too few: expected 1 or more');
  }
  return found;
}

/** Quadlet and Podman 5.4 cannot say these. */
function podmanOnly(spec: ServiceSpec): Problem[] {
  const found: Problem[] = [];
  if (/\.(image|build)$/.test(spec.image)) {
    found.push([
      'image',
      spec.image,
      'ends as a Quadlet unit does, and podman would look for that: use another tag',
    ]);
  }
  if (spec.health && spec.health.command.length > 0 && healthCommandText(spec.health.command) === null) {
    const first = spec.health.command[0];
    found.push([
      'healthcheck.test',
      first,
      'cannot be told to podman as a command of its own: run it by ["CMD-SHELL", "…"]',
    ]);
  }
  for (const kind of ['uid', 'gid'] as const) {
    const id = spec.user?.[kind] ?? 0;
    if (id <= subordinateIds) continue;
    found.push(['user', id, `does not exist in a podman container: expected at most ${subordinateIds}`]);
  }
  for (const { target } of spec.secrets) {
    if (target.includes(','))
      found.push(['secrets', target, 'holds a comma, which podman takes for its own: rename it']);
  }
  return found;
}

const aName = 'a name: expected letters, digits, "_", "." and "-", a letter or digit first';
const aPath = 'an absolute path: expected "/…" without control characters';

function isPath(text: string): boolean {
  return text.startsWith('/') && !/\p{Cc}/u.test(text) && unportable(text) === null;
}

/** Where in the container something is mounted, and by which field. */
function targets(spec: ServiceSpec): [string, string][] {
  const field = (mount: Mount) => (mount.kind === 'tmpfs' ? 'tmpfs' : 'volumes');
  return [
    ...spec.mounts.map((m): [string, string] => [field(m), m.target]),
    ...spec.secrets.map((s): [string, string] => ['secrets', s.target]),
    ...spec.configs.map((c): [string, string] => ['configs', c.target]),
  ];
}

/** All text that reaches a process or a label, by field. */
function texts(spec: ServiceSpec): [string, string][] {
  const list = (field: string, values: string[] | null) =>
    (values ?? []).map((v): [string, string] => [field, v]);
  const map = (field: string, record: Record<string, string>) =>
    Object.entries(record).flatMap(([key, value]) => list(`${field}.${key}`, [key, value]));
  return [
    ...list('entrypoint', spec.entrypoint),
    ...list('command', spec.command),
    ...list('healthcheck.test', spec.health?.command ?? null),
    ...map('environment', spec.environment),
    ...map('labels', spec.labels),
  ];
}

/**
 * What some link between here and the process cannot carry: NUL ends a string in C, systemd refuses a unit with
 * halves of surrogate pairs or with Unicode's non-characters, and Quadlet writes U+0080 as half a character.
 */
function unportable(text: string): string | null {
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    const nonCharacter = (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code === 0 || code === 0x80 || nonCharacter || surrogate) {
      return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    }
  }
  return null;
}

/** As a person can read it on one line. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 76)}…"` : text;
}
