import { settings } from '../../bench/hostFiles.ts';

/** A command of compose.yaml with the settings that the bench gives it. */
export function asSet(command: string | undefined): string | undefined {
  const { TUNNEL_GRACE_PERIOD } = settings;
  return command?.replace(/\$\{TUNNEL_GRACE_PERIOD:-\w+\}/, TUNNEL_GRACE_PERIOD).trim();
}
