/**
 * The stack's configuration: what may be set, and what is wrong with what was set. Pure, and without
 * Pulumi's SDK, so that a command that only reads starts at once. All problems are told at once.
 */
import type { Registries } from '../provider/inputs.ts';
import { type RuntimeName, runtimeNames } from '../spec/service.ts';
import { type AlertsConfig, checkAlerts, readAlerts } from './alerts.ts';
import { type DocsConfig, readDocs } from './docs.ts';
import { type HostConfig, readHost } from './host.ts';
import { type ImagesConfig, readImages } from './images.ts';
import { ConfigError, nearest, type Problem, removeCommand, show } from './problem.ts';
import {
  anyText,
  boolean,
  fields,
  isObject,
  list,
  map,
  type Read,
  required,
  secretText,
  text,
  word,
} from './read.ts';
import { bareRun } from './rehearsal.ts';
import { checkSecretSource, readSecretVersions, type SecretSource, secretSources } from './secretManager.ts';
import { checkSecrets } from './secrets.ts';
import { checkNames, type KnownServices, readServices, tunnelProfile } from './services.ts';
import { readTunnel, type TunnelConfig } from './tunnel.ts';

/** What the stack's file says, with every default filled in. */
export interface ParsedConfig {
  stack: string;
  /** the runtime of every service that has none of its own */
  runtime: RuntimeName;
  /** service -> its own runtime */
  runtimes: Record<string, RuntimeName>;
  /** Compose profiles that are on: those of the stack's file, and `tunnel` where there is one */
  profiles: string[];
  /** values for `${VARIABLE}` in the compose file */
  env: Record<string, string>;
  /** by name, in the clear: for `parseConfig`'s caller only */
  secrets: Record<string, string>;
  /** where the values of secrets are */
  secretsFrom: SecretSource;
  /** name -> the version of it in Secret Manager, a number or `latest`; empty where values are configuration */
  secretVersions: Record<string, string>;
  registries: Registries;
  images: ImagesConfig;
  host: HostConfig;
  /** undefined: nothing is reachable from the internet */
  tunnel: TunnelConfig | undefined;
  docs: DocsConfig;
  /** undefined: nothing watches the stack */
  alerts: AlertsConfig | undefined;
  /** true: the clouds are simulated */
  rehearsal: boolean;
}

/** What Pulumi and the project's files know of a stack. */
export interface ConfigSources {
  stack: string;
  /** every key of the stack as Pulumi hands it over: objects as JSON, defaults of Pulumi.yaml included */
  raw: Record<string, string>;
  /** the keys that hold anything encrypted */
  encrypted: readonly string[];
  /** the `config` of the stack's own file; empty where that is elsewhere */
  file: Record<string, unknown>;
  /** undefined where the compose file cannot be read */
  services: KnownServices | undefined;
  /** of a program that is to deploy; undefined for a reader, to whom a rehearsal's clouds do not matter */
  environment: Record<string, string | undefined> | undefined;
}

const variable = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Every key that `Pulumi.yaml` declares, by its name there, and how it is read. */
const readers = {
  runtime: word(runtimeNames),
  services: json(readServices),
  profiles: json(list('profiles', text({ what: 'a profile of compose.yaml', example: 'editor' }))),
  env: json(named(variable, 'a variable’s name: letters, digits, _', map('VARIABLE: value', anyText))),
  secrets: json(named(variable, 'a secret’s name: letters, digits, _', map('NAME: value', secretText, true))),
  secretsFrom: word(secretSources),
  secretVersions: json(named(variable, 'a secret’s name: letters, digits, _', readSecretVersions)),
  registries: json(map('host: {username, password}', fields(registry()), true)),
  images: json(readImages),
  host: json(readHost),
  tunnel: json(readTunnel),
  docs: json(readDocs),
  alerts: json(readAlerts),
  rehearsal: boolean,
};

/** @throws {ConfigError} with everything that is wrong */
export function parseConfig(sources: ConfigSources): ParsedConfig {
  const { raw, stack } = sources;
  const deploys = raw['cortex:rehearsal'] === 'true' && sources.environment;
  const bare = deploys ? bareRun(deploys) : undefined;
  // nothing else matters until the clouds are the simulated ones
  if (bare) throw new ConfigError(stack, [bare]);

  const problems: Problem[] = unknownKeys(raw);
  const key = <K extends keyof typeof readers>(name: K) => {
    const at = `cortex:${name}`;
    return readers[name](raw[at], at, problems) as ReturnType<(typeof readers)[K]>;
  };
  const read = {
    runtime: key('runtime'),
    runtimes: key('services'),
    profiles: key('profiles'),
    env: key('env'),
    secrets: key('secrets'),
    secretsFrom: key('secretsFrom'),
    secretVersions: key('secretVersions'),
    registries: key('registries'),
    images: key('images'),
    host: key('host'),
    tunnel: key('tunnel'),
    docs: key('docs'),
    alerts: key('alerts'),
    rehearsal: key('rehearsal'),
  };
  problems.push(
    ...checkStack(stack),
    ...(sources.services ? checkNames(read, sources.services) : []),
    ...twiceNamed(read),
    ...checkSecretSource(read),
    ...checkAlerts(read),
    ...checkSecrets(sources),
  );
  if (problems.length > 0) throw new ConfigError(stack, problems);
  const config = read as Omit<ParsedConfig, 'stack'>;
  return { stack, ...config, profiles: [...config.profiles, ...(config.tunnel ? [tunnelProfile] : [])] };
}

/** The stack's name is part of names on the host, on Google Cloud and at Cloudflare. */
function checkStack(stack: string): Problem[] {
  if (/^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/.test(stack)) return [];
  const expected = 'up to 20 lower-case letters, digits and dashes, a letter first';
  return [{ key: "the stack's name", found: show(stack), expected, fix: 'pulumi stack rename' }];
}

function unknownKeys(raw: Record<string, string>): Problem[] {
  const known = Object.keys(readers).map((name) => `cortex:${name}`);
  return Object.keys(raw)
    .filter((key) => key.startsWith('cortex:') && !known.includes(key))
    .map((key) => {
      const meant = nearest(key, known);
      const fix = meant ? `did you mean '${meant}'? rename it` : removeCommand(key);
      return { key, found: '', expected: `one of ${known.join(', ')}`, fix };
    });
}

/** A name cannot be a plain value and a secret: the compose file could not tell which it gets. */
function twiceNamed(config: { env?: object; secrets?: object; secretVersions?: object }): Problem[] {
  const secrets = { ...config.secrets, ...config.secretVersions };
  return Object.keys(config.env ?? {})
    .filter((name) => Object.hasOwn(secrets, name))
    .map((name) => {
      const key = `cortex:env.${name}`;
      return { key, found: '', expected: 'a name that is not in cortex:secrets', fix: removeCommand(key) };
    });
}

/** Pulumi hands over objects and lists as JSON. */
function json<T>(read: Read<T>): Read<T> {
  return (value, key, problems) => {
    let content = value;
    try {
      if (typeof value === 'string') content = JSON.parse(value);
    } catch {
      // a plain text: the reader says what it takes instead
    }
    return read(content, key, problems);
  };
}

/** An object whose names, too, have a form. */
function named<T>(pattern: RegExp, expected: string, read: Read<Record<string, T>>): Read<Record<string, T>> {
  return (value, key, problems) => {
    const names = isObject(value) ? Object.keys(value) : [];
    for (const name of names.filter((name) => !pattern.test(name)))
      problems.push({ key, found: show(name), expected, fix: `rename it` });
    return read(value, key, problems);
  };
}

function registry() {
  return {
    username: required(text({ what: 'the name that logs in at the registry', example: 'robot' })),
    password: required(secretText),
  };
}
