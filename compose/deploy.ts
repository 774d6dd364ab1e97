import type { Mount, Port, Rollout, ServiceSpec } from '../spec/service.ts';
import { isWritable } from './mounts.ts';
import { parseBytes } from './units.ts';
import type { Value } from './value.ts';

/**
 * What a service may use that does not say. Memory is what a leak on one host takes from all others; processes
 * and threads are far more than a service of this size has.
 */
const defaultLimits = { cpus: null, memoryBytes: 512 * 1024 * 1024, pids: 1024 };

/** Reads `deploy.resources.limits` and its older spelling (`cpus`, `mem_limit`, `pids_limit`). Null is none. */
export function readLimits(service: Value): ServiceSpec['limits'] {
  const resources = service.get('deploy').get('resources');
  resources.refuseOtherThan(['limits'], {
    reservations: 'delete it: one host has nothing to reserve against',
  });
  const limits = resources.get('limits');
  limits.refuseOtherThan(['cpus', 'memory', 'pids']);
  return {
    cpus: oneOf(limits.get('cpus'), service.get('cpus'), readCpus, defaultLimits.cpus),
    memoryBytes: oneOf(limits.get('memory'), service.get('mem_limit'), readMemory, defaultLimits.memoryBytes),
    pids: oneOf(limits.get('pids'), service.get('pids_limit'), readPids, defaultLimits.pids),
  };
}

/**
 * Reads how instances are replaced. Two at once are safe where neither can write what the other one
 * needs: so without a word in the file a service rolls if nothing it mounts is writable and it has a
 * port that traffic can be switched on. `start-first` next to a writable mount is the author's explicit
 * word that the service shares it.
 */
export function readRollout(service: Value, mounts: Mount[], ports: Port[]): Rollout {
  const deploy = service.get('deploy');
  const config = deploy.get('update_config');
  config.refuseOtherThan(['order']);
  const order = config.get('order').string();
  if (order === 'start-first') return 'rolling';
  if (order === 'stop-first') return 'recreate';
  return mounts.some(isWritable) || ports.length === 0 ? 'recreate' : 'rolling';
}

/** Refuses what only an orchestrator of many hosts has. */
export function checkDeploy(deploy: Value): void {
  deploy.refuseOtherThan(['resources', 'update_config', 'replicas', 'mode'], {
    restart_policy: "use the service's `restart`",
    labels: "use the service's `labels`",
    rollback_config: 'delete it: a version that fails is taken back as `update_config.order` says',
  });
  only(deploy.get('replicas'), '1');
  only(deploy.get('mode'), 'replicated');
}

function only(value: Value, text: string): void {
  if (value.there && value.string() !== text) {
    value.complain({ expected: `${text}: a service has one instance`, fix: 'delete it' });
  }
}

function oneOf(
  value: Value,
  older: Value,
  read: (value: Value) => number | null | undefined,
  unsaid: number | null,
): number | null {
  if (value.there && older.there && read(value) !== read(older)) {
    older.complain({ expected: 'the same limit as under deploy.resources.limits', fix: 'delete this one' });
  }
  const chosen = value.there ? value : older;
  if (!chosen.there) return unsaid;
  const limit = read(chosen);
  if (limit !== undefined) return limit;
  chosen.complain({
    expected: 'a number above 0; memory as in 512M',
    fix: 'correct it; 0 is no limit',
  });
  return null;
}

function readCpus(value: Value): number | null | undefined {
  if (!/^\d*\.?\d+$/.test(value.string())) return undefined;
  return Number(value.string()) || null;
}

function readMemory(value: Value): number | null | undefined {
  const bytes = parseBytes(value.string());
  return bytes === 0 ? null : bytes;
}

function readPids(value: Value): number | null | undefined {
  if (value.string() === '-1') return null;
  return /^\d+$/.test(value.string()) ? Number(value.string()) || null : undefined;
}
