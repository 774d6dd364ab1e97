import type { ExternalVolume } from '../spec/volume.ts';
import { parseBytes } from './units.ts';
import type { Value } from './value.ts';

/** What the top-level `volumes` says of one of them. Each is a folder on the host's data disk. */
export interface Volume {
  external?: ExternalVolume;
  /** left out where it is the default */
  hashBelowBytes?: number;
}

/** Reads the top-level `volumes`. */
export function readVolumes(section: Value): Map<string, Volume> {
  return new Map(section.entries().map(([name, volume]) => [name, readVolume(name, volume)]));
}

function readVolume(name: string, volume: Value): Volume {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) {
    volume.complain({
      found: `"${name}"`,
      expected: 'a name of at most 63 characters: a-z, 0-9, - and _',
      fix: 'rename it',
    });
  }
  volume.refuseOtherThan(['driver', 'external', 'name']);
  const driver = volume.get('driver');
  if (driver.there && driver.string() !== 'local') {
    driver.complain({ expected: 'local: volumes are folders on the data disk', fix: 'delete it' });
  }
  const external = readExternal(name, volume);
  const hashBelowBytes = readLimit(volume.get('x-hash-below'));
  return { ...(external && { external }), ...(hashBelowBytes !== undefined && { hashBelowBytes }) };
}

function readExternal(volume: string, value: Value): ExternalVolume | undefined {
  const external = value.get('external');
  const named = value.get('name');
  const source = value.get('x-source');
  if (external.isMap) {
    external.complain({ expected: 'true or false', fix: 'write external: true, and name: beside it' });
    return undefined;
  }
  if (!external.boolean()) {
    for (const alone of [named, source].filter(({ there }) => there)) {
      alone.complain({
        expected: 'external: true beside it: the stack names its folders itself',
        fix: 'write external: true if the volume exists in Docker or Podman and its data shall be carried in, or delete this',
      });
    }
    return undefined;
  }
  const name = named.string() || volume;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    named.complain({ expected: 'the name of a volume, as `docker volume ls` prints it', fix: 'correct it' });
  }
  const kept = source.string() || 'keep';
  if (kept !== 'keep' && kept !== 'remove') {
    source.complain({ expected: 'keep or remove', fix: 'write one of them' });
  }
  return { volume, name, source: kept === 'remove' ? 'remove' : 'keep' };
}

function readLimit(value: Value): number | undefined {
  if (!value.there) return undefined;
  const bytes = parseBytes(value.string());
  if (bytes === undefined)
    value.complain({ expected: 'a size, as in 64m', fix: 'write a number and k, m or g' });
  return bytes;
}
