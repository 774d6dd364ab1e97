import { type RuntimeName, runtimeNames } from '../spec/service.ts';
import { nearest, type Problem, removeCommand, show, step } from './problem.ts';
import { fields, map, type Read, required, word } from './read.ts';
import type { TunnelConfig } from './tunnel.ts';

/** What the compose file declares, as far as configuration refers to it. */
export type KnownServices = Record<string, { profiles: string[] }>;

/** The connector's profile: on where cortex:tunnel is set, and not chosen by hand. */
export const tunnelProfile = 'tunnel';

const ownRuntime = fields<{ runtime: RuntimeName }>({ runtime: required(word(runtimeNames)) });

/** Service -> its own runtime, where that is not the stack's. */
export const readServices: Read<Record<string, RuntimeName>> = (value, key, problems) => {
  const services = map('service: {runtime}', ownRuntime)(value, key, problems);
  return (
    services && Object.fromEntries(Object.entries(services).map(([name, { runtime }]) => [name, runtime]))
  );
};

/** Services and profiles that configuration names must be those of the compose file. */
export function checkNames(
  config: { runtimes?: object; profiles?: string[]; tunnel?: TunnelConfig },
  known: KnownServices,
): Problem[] {
  const services = Object.keys(known);
  const profiles = [...new Set(Object.values(known).flatMap((service) => service.profiles))].filter(
    (profile) => profile !== tunnelProfile,
  );
  const unknown = (key: string, found: string, names: string[]): Problem => {
    const meant = nearest(found, names);
    const expected = `a name from compose.yaml: ${names.join(', ') || 'it has none'}`;
    return {
      key,
      found: show(found),
      expected,
      fix: meant ? `did you mean '${meant}'? rename it` : removeCommand(key),
    };
  };
  const hostnames = Object.keys(config.tunnel?.hostnames ?? {});
  return [
    ...Object.keys(config.runtimes ?? {})
      .filter((service) => !services.includes(service))
      .map((service) => unknown(step('cortex:services', service), service, services)),
    ...(config.profiles ?? [])
      .map((profile, index) => ({ profile, key: `cortex:profiles[${index}]` }))
      .filter(({ profile }) => !profiles.includes(profile))
      .map(({ profile, key }) =>
        profile === tunnelProfile ? byItself(key) : unknown(key, profile, profiles),
      ),
    ...hostnames.flatMap((service): Problem[] => {
      const key = step('cortex:tunnel.hostnames', service);
      const needed = known[service]?.profiles;
      if (!needed) return [unknown(key, service, services)];
      if (needed.length === 0 || needed.some((profile) => config.profiles?.includes(profile))) return [];
      const fix = `add '${needed[0]}' to cortex:profiles, or ${removeCommand(key)}`;
      return [{ key, found: `${service} is not part of this stack`, expected: 'a service that runs', fix }];
    }),
  ];
}

function byItself(key: string): Problem {
  const expected = 'nothing: this profile is on where cortex:tunnel is set';
  return { key, found: show(tunnelProfile), expected, fix: removeCommand(key) };
}
