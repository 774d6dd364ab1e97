import type { Mount, RuntimeName, ServiceSpec } from '../spec/service.ts';
import { accountPaths } from './accountPaths.ts';
import { entrypointWords } from './command.ts';
import { engineArgv } from './engine.ts';
import { csvRecord } from './escape.ts';
import { mountSource, networkName } from './host.ts';
import { keepsId } from './idmap.ts';
import { qualifiedImage } from './image.ts';
import { ownLabels, sortedEntries } from './labels.ts';
import type { RenderContext } from './runtime.ts';

/** A container that runs one command and is gone: nobody's instance, so no unit, no port, no health check. */
export interface OneOff {
  name: string;
  image: string;
  command: readonly string[];
  /** whether a person's terminal is at the other end */
  tty: boolean;
  /** folders of the host */
  binds: readonly { source: string; target: string; readOnly: boolean }[];
  environment: Record<string, string>;
  workingDir: string | null;
}

/**
 * The command that runs a one-off. With `like`, it is as an instance of that service is: environment, user,
 * networks, names, limits and secrets; its mounts are read-only, because the service writes them.
 */
export function oneOffArgv(
  runtime: RuntimeName,
  oneOff: OneOff,
  context: RenderContext,
  like: ServiceSpec | undefined,
): string[] {
  const { name, image, command, tty, workingDir } = oneOff;
  const environment = { ...like?.environment, ...oneOff.environment };
  const [entrypoint, ...before] = (like && entrypointWords(like)) ?? [];
  return [
    ...[...engineArgv(runtime, context.account), 'run', '--rm', '--interactive', `--name=${name}`],
    ...flag('--tty', tty),
    `--label=${ownLabels}run=${context.stack}`,
    // attached output is not kept a second time
    '--log-driver=none',
    ...sortedEntries(environment).map(([key, value]) => `--env=${key}=${value}`),
    ...(like ? asService(runtime, like, context) : []),
    ...oneOff.binds.map(({ source, target, readOnly }) => bind(source, target, readOnly)),
    ...(workingDir ? [`--workdir=${workingDir}`] : []),
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    runtime === 'podman' ? qualifiedImage(image) : image,
    ...before,
    ...command,
  ];
}

function asService(runtime: RuntimeName, spec: ServiceSpec, context: RenderContext): string[] {
  const { user, limits } = spec;
  return [
    ...spec.networks.map((network) => `--network=${networkName(network, context)}`),
    ...sortedEntries(context.addresses).map(([peer, address]) => `--add-host=${peer}:${address}`),
    ...(user ? [`--user=${user.uid}:${user.gid}`] : []),
    ...(runtime === 'podman' && keepsId(user) ? [`--userns=keep-id:uid=${user.uid},gid=${user.gid}`] : []),
    ...(spec.workingDir ? [`--workdir=${spec.workingDir}`] : []),
    ...flag('--read-only', spec.readOnly),
    ...flag('--init', spec.init),
    ...spec.capDrop.map((capability) => `--cap-drop=${capability}`),
    ...spec.capAdd.map((capability) => `--cap-add=${capability}`),
    ...flag('--security-opt=no-new-privileges', spec.noNewPrivileges),
    ...flag('--security-opt=seccomp=unconfined', spec.seccomp === 'unconfined'),
    ...(limits.cpus === null ? [] : [`--cpus=${limits.cpus}`]),
    ...(limits.memoryBytes === null ? [] : [`--memory=${limits.memoryBytes}`]),
    ...(limits.pids === null ? [] : [`--pids-limit=${limits.pids}`]),
    ...spec.mounts.map((mount) => ofMount(mount, context)),
    ...secrets(runtime, spec, context),
    ...spec.configs.map(({ config, target }) =>
      bind(
        `${runtime === 'podman' ? accountPaths(context).configs : `${context.directory}/configs`}/${config}`,
        target,
        true,
      ),
    ),
  ];
}

function ofMount(mount: Mount, context: RenderContext): string {
  if (mount.kind !== 'tmpfs') return bind(mountSource(mount, context), mount.target, true);
  const size = mount.sizeBytes > 0 ? [`tmpfs-size=${mount.sizeBytes}`] : [];
  return `--mount=${csvRecord(['type=tmpfs', `destination=${mount.target}`, `tmpfs-mode=${mount.mode}`, ...size])}`;
}

/** The files that the instance reads; no value is in any argv. */
function secrets(runtime: RuntimeName, spec: ServiceSpec, context: RenderContext): string[] {
  const { uid, gid } = spec.user ?? { uid: 0, gid: 0 };
  return spec.secrets.map(({ secret, target }) =>
    runtime === 'podman'
      ? `--secret=${context.instance}-${secret},type=mount,target=${target},uid=${uid},gid=${gid},mode=0400`
      : bind(`${context.directory}/secrets/${secret}`, target, true),
  );
}

function bind(source: string, target: string, readOnly: boolean): string {
  const fields = ['type=bind', `source=${source}`, `destination=${target}`];
  return `--mount=${csvRecord([...fields, ...(readOnly ? ['readonly'] : [])])}`;
}

function flag(name: string, on: boolean): string[] {
  return on ? [name] : [];
}
