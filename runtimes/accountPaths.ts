import type { RenderContext } from './runtime.ts';

/** Where the account keeps what belongs to one instance. The instance's own directory is root's alone. */
export function accountPaths({ account, instance }: RenderContext) {
  const home = `/home/${account.name}`;
  const units = `${home}/.config/containers/systemd`;
  const data = `${home}/.local/share/containerhost/${instance}`;
  return {
    home,
    runtime: `/run/user/${account.uid}`,
    units,
    unit: `${units}/${instance}.container`,
    /** while this exists, systemd does not start the unit, at boot neither */
    parked: `${units}/${instance}.parked`,
    data,
    configs: `${data}/configs`,
    log: `${data}/log`,
  };
}
