import { run } from './run.ts';

/** What apt is asked to print for each package index that this machine uses. */
export const indexFormat = '$(SITE)\t$(ORIGIN)\t$(LABEL)\t$(REPO_URI)';

/**
 * The Debian mirror among this machine's package indexes, as `apt-get indextargets` prints them in
 * `indexFormat`. Origin and label are known only once the lists were downloaded; the path decides without.
 */
export function mirrorAmong(indexes: string): string | undefined {
  const rows = indexes
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [site = '', origin = '', label = '', uri = ''] = line.split('\t');
      return { site, origin, label, uri: uri.replace(/\/$/, '') };
    });
  const byLabel = rows.find((row) => row.origin === 'Debian' && row.label === 'Debian');
  const byPath = rows.find((row) => /^[a-z]+:\/\/.*\/debian$/.test(row.uri));
  return (byLabel ?? byPath)?.uri;
}

/**
 * The mirror the VM's packages come from: the one this machine itself uses.
 * @throws when apt names none and `CORTEX_DEBIAN_MIRROR` is not set
 */
export async function debianMirror(): Promise<string> {
  const chosen = process.env.CORTEX_DEBIAN_MIRROR;
  if (chosen) return chosen;
  const indexes = await run(['apt-get', 'indextargets', '--format', indexFormat, 'Created-By: Packages']);
  const mirror = mirrorAmong(indexes);
  if (mirror) return mirror;
  throw new Error(
    `apt on this machine names no Debian mirror (found ${JSON.stringify(indexes.split('\n').filter(Boolean))}): ` +
      'set CORTEX_DEBIAN_MIRROR to the address of one, such as CORTEX_DEBIAN_MIRROR=http://MIRROR/debian',
  );
}

/**
 * How this machine reaches its mirror, among all of apt's settings as `apt-config dump` prints them: proxies
 * and certificates, and whether the age of a mirror matters.
 */
export function transportAmong(settings: string): string[] {
  return settings
    .split('\n')
    .filter((line) => /^Acquire::(https?::|Retries|Check-|Force)/.test(line))
    .filter((line) => !/ "";$/.test(line));
}

/** The settings of this machine's apt that the VM's packages are fetched with. */
export async function aptTransport(): Promise<string[]> {
  return transportAmong(await run(['apt-config', 'dump']));
}
