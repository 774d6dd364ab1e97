import type { RenderContext } from './runtime.ts';

/** Where the account keeps what belongs to one instance. The instance's own directory is root's alone. */
export function accountPaths({ account, instance }: Pick<RenderContext, 'account' | 'instance'>) {
  const home = `/home/${account.name}`;
  const units = `${home}/.config/containers/systemd`;
  const data = `${home}/.local/share/containerhost/${instance}`;
  return {
    home,
    runtime: `/run/user/${account.uid}`,
    units,
    unit: `${units}/${instance}.container`,
    /** where an operator would override it: nobody but its instance needs what is there */
    overrides: [
      `${units}/${instance}.container.d`,
      `${home}/.config/systemd/user/${instance}.service`,
      `${home}/.config/systemd/user/${instance}.service.d`,
    ],
    /** while this exists, systemd does not start the unit, at boot neither */
    parked: `${units}/${instance}.parked`,
    data,
    configs: `${data}/configs`,
    log: `${data}/log`,
  };
}
