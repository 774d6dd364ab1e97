import type { ServiceSpec } from './service.ts';

/**
 * Where a service is less confined than one whose file says nothing of it: each in the words of the compose
 * file. Empty for a service that keeps every default.
 */
export function optOuts(spec: ServiceSpec): string[] {
  const { capDrop, capAdd, limits, logging } = spec;
  const hostPaths = spec.mounts.filter((mount) => mount.kind === 'host');
  return [
    ...said(!capDrop.includes('ALL'), `cap_drop: [${capDrop.join(', ')}]`),
    ...said(capAdd.length > 0, `cap_add: [${capAdd.join(', ')}]`),
    ...said(!spec.noNewPrivileges, 'security_opt: no-new-privileges:false'),
    ...said(spec.seccomp === 'unconfined', 'security_opt: seccomp:unconfined'),
    ...said(!spec.readOnly, 'read_only: false'),
    ...said(limits.memoryBytes === null, 'no memory limit'),
    ...said(limits.pids === null, 'no pids limit'),
    ...said(logging.maxSizeBytes === null, 'logging: a log without end'),
    ...hostPaths.map(
      ({ source, readOnly }) => `volumes: ${source} of the host${readOnly ? ', read-only' : ''}`,
    ),
  ];
}

function said(is: boolean, words: string): string[] {
  return is ? [words] : [];
}
