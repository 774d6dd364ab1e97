/** What makes whoever has it the owner of the host; so do the folders that they are in. */
const theHosts = [
  ...['/boot', '/dev', '/etc', '/proc', '/root', '/sys', '/usr'],
  ...['/run/docker.sock', '/run/podman', '/run/user', '/run/containerd', '/run/docker', '/run/containers'],
  ...['/var/lib/docker', '/var/lib/containerd', '/var/lib/containers', '/var/lib/containerhost'],
  ...['/run/systemd', '/run/dbus', '/run/containerhost', '/srv/containerhost'],
  // of the rootless account, as it is called where cortex:host.account does not say
  '/home/cortex',
];
/** Harmless, and what images have to be given that have neither a time zone nor certificates. */
const harmless = ['/etc/localtime', '/etc/timezone', '/usr/share/zoneinfo', '/etc/ssl/certs'];

/** Whether who mounts this absolute path has the host: its engines, its users, its own files. */
export function givesTheHost(path: string): boolean {
  if (/\/(docker|podman|containerd)\.sock$/.test(path)) return true;
  const real = path.replace(/^\/var\/run(?=\/|$)/, '/run');
  if (harmless.some((one) => within(real, one))) return false;
  return theHosts.some((one) => within(real, one) || within(one, real));
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
