import type { Mount, RuntimeName, ServiceSpec } from './service.ts';

/**
 * Who owns the files that services share. On disk a file has one owner, and what a container's user is
 * on disk depends on the service's `user` and, for all but one uid, on the runtime: rootless Podman
 * shifts every id except the one that is mapped to its account. So services that write the same files
 * must have the same user, and may be on different runtimes only as that one uid. Readers do not count.
 */
export interface OwnershipProblem {
  service: string;
  expected: string;
  fix: string;
}

/** Services that write the same volume or folder as different users. */
export function sharedUserProblems(specs: readonly ServiceSpec[]): OwnershipProblem[] {
  return shared(specs).flatMap(({ place, first, others }) =>
    others
      .filter((other) => userOf(other) !== userOf(first))
      .map((other) => ({
        service: other.name,
        expected: `the user of ${first.name} (${userOf(first)}), which writes ${place} as well`,
        fix: first.user
          ? `write user: "${first.user.uid}:${first.user.gid}", or mount it read-only in one of them`
          : `give both the same user, or mount it read-only in one of them`,
      })),
  );
}

/** Services that write the same volume or folder on runtimes under which their files differ in owner. */
export function sharedRuntimeProblems(
  specs: readonly ServiceSpec[],
  runtimes: Readonly<Record<string, RuntimeName>>,
  accountUid: number,
): OwnershipProblem[] {
  return shared(specs).flatMap(({ place, first, others }) =>
    others
      .filter((other) => runtimes[other.name] !== runtimes[first.name])
      .filter((other) => other.user?.uid !== accountUid || first.user?.uid !== accountUid)
      .map((other) => ({
        service: other.name,
        expected: `the runtime of ${first.name} (${runtimes[first.name]}), which writes ${place} as well`,
        fix:
          `set cortex:services.${other.name}.runtime to ${runtimes[first.name]}, ` +
          `or run both as user ${accountUid}, whose files are the same under both runtimes`,
      })),
  );
}

interface Shared {
  place: string;
  first: ServiceSpec;
  others: ServiceSpec[];
}

/** What more than one service writes. */
function shared(specs: readonly ServiceSpec[]): Shared[] {
  const writers = new Map<string, Set<ServiceSpec>>();
  for (const spec of specs) {
    for (const mount of spec.mounts) {
      const place = placeOf(mount);
      if (place) writers.set(place, (writers.get(place) ?? new Set()).add(spec));
    }
  }
  return [...writers].flatMap(([place, services]) => {
    const [first, ...others] = services;
    return first && others.length > 0 ? [{ place, first, others }] : [];
  });
}

function placeOf(mount: Mount): string | undefined {
  if (mount.kind === 'tmpfs' || mount.readOnly) return undefined;
  return mount.kind === 'volume' ? `the volume ${mount.volume}` : mount.source;
}

/** An image whose user the file does not say is taken to run as root. */
function userOf({ user }: ServiceSpec): string {
  return user && user.uid + user.gid > 0 ? `${user.uid}:${user.gid}` : 'root';
}
