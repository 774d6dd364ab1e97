import { type Problem, removeCommand, setCommand, show, step } from './problem.ts';
import { map, type Read, text } from './read.ts';

/** Where the values of secrets are: encrypted in the stack's file, or in Google's Secret Manager. */
export const secretSources = ['config', 'secretManager'] as const;
export type SecretSource = (typeof secretSources)[number];

const version = text({
  what: 'the number of a version, or latest',
  example: '1',
  pattern: /^(latest|[1-9]\d*)$/,
});

/** Name -> version. */
export const readSecretVersions: Read<Record<string, string>> = map('NAME: version', version);

/** A secret's value is in one place: there is nothing to choose from when they differ. */
export function checkSecretSource(config: {
  secretsFrom: SecretSource | undefined;
  secrets: Record<string, string> | undefined;
  secretVersions: Record<string, string> | undefined;
  host: { kind: string } | undefined;
}): Problem[] {
  const { secretsFrom, secrets = {}, secretVersions = {}, host } = config;
  switch (secretsFrom) {
    case 'secretManager':
      return [
        ...(host && host.kind !== 'gcp' ? [noProject()] : []),
        ...Object.keys(secrets).map((name) => movedAway(step('cortex:secrets', name), name)),
      ];
    case 'config':
      return Object.entries(secretVersions).map(([name, found]) => ({
        key: step('cortex:secretVersions', name),
        found: show(found),
        expected: 'nothing, as long as cortex:secretsFrom is config',
        fix: setCommand('cortex:secretsFrom', 'secretManager'),
      }));
    case undefined:
      return [];
  }
}

function noProject(): Problem {
  const expected = "'config': Secret Manager is one of the project of a VM on Google Cloud (host.kind gcp)";
  const fix = setCommand('cortex:secretsFrom', 'config');
  return { key: 'cortex:secretsFrom', found: show('secretManager'), expected, fix };
}

function movedAway(key: string, name: string): Problem {
  return {
    key,
    found: 'a value (not shown)',
    expected: 'nothing: with cortex:secretsFrom secretManager, values are in Secret Manager',
    fix: `${removeCommand(key)}, and ${setCommand(`cortex:secretVersions.${name}`, '1')}`,
  };
}
