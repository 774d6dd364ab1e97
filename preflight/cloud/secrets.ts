import { setCommand } from '../../config/problem.ts';
import { type Area, area, refusal } from './area.ts';

/**
 * @param needed the names that compose.yaml takes from the stack
 * @param given those that the stack's file has, and where it says that values are
 */
export function secretsArea(
  needed: readonly string[],
  given: { from: 'config' | 'secretManager'; names: readonly string[] },
): Area {
  const secrets = area('secrets');
  const key = given.from === 'config' ? 'cortex:secrets' : 'cortex:secretVersions';
  for (const name of needed) {
    const at = `${key}.${name}`;
    const fix =
      given.from === 'config'
        ? `Run: pulumi config set --secret --path '${at}'`
        : `Put it into Secret Manager (docs/configuration.md, "Keys"), and ${setCommand(at, '1')}`;
    if (given.names.includes(name)) secrets.well.push(name);
    else secrets.findings.push(refusal(at, 'it is not set, and compose.yaml takes it from there', fix));
  }
  return secrets;
}
