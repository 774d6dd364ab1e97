import type { Value } from './value.ts';

/** Reads the top-level `volumes`: their names. Each is a folder on the host's data disk. */
export function readVolumes(section: Value): Set<string> {
  for (const [name, volume] of section.entries()) {
    if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) {
      volume.complain({
        found: `"${name}"`,
        expected: 'a name of at most 63 characters: a-z, 0-9, - and _',
        fix: 'rename it',
      });
    }
    volume.refuseOtherThan(['driver'], {
      external: 'delete it: data that is there already is copied in by the move of the volume',
      name: 'delete it: the stack names the folder',
    });
    const driver = volume.get('driver');
    if (driver.there && driver.string() !== 'local') {
      driver.complain({ expected: 'local: volumes are folders on the data disk', fix: 'delete it' });
    }
  }
  return new Set(section.keys());
}
