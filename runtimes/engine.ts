import type { RuntimeName } from '../spec/service.ts';
import type { Account } from './runtime.ts';

/** The engine's own command for root on the host, without arguments: a script that calls it goes to `/` first. */
export function engineArgv(runtime: RuntimeName, { name, uid }: Pick<Account, 'name' | 'uid'>): string[] {
  switch (runtime) {
    case 'docker':
      return ['docker'];
    case 'podman':
      return [
        ...['setpriv', `--reuid=${name}`, `--regid=${name}`, '--init-groups', 'env'],
        // by USER podman finds the subordinate ids: root's, where sudo was
        ...[`USER=${name}`, `LOGNAME=${name}`, `HOME=/home/${name}`, `XDG_RUNTIME_DIR=/run/user/${uid}`],
        ...[`DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${uid}/bus`, 'podman'],
      ];
    default:
      throw new Error(`runtime: "${runtime satisfies never}" is not known, expected docker or podman`);
  }
}
