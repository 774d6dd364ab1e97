/** Debian packages that this machine needs to build and boot the VM. */
export const machinePackages = [
  'systemd-container', // systemd-nspawn
  'mmdebstrap',
  'debian-archive-keyring',
  'openssh-client',
  'iproute2',
  'socat',
  'e2fsprogs',
  'util-linux',
];

/** What the VM is made of. */
export const release = 'trixie';

/** The operating system as a cloud image has it. */
const system = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'dbus-user-session',
  'libpam-systemd',
  'openssh-server',
  'iproute2',
  'nftables',
  'sudo',
  'procps',
  'ca-certificates',
  'curl',
  'jq',
  'rsync',
  'e2fsprogs',
  'python3',
];

/** What the set-up of a host installs; here already, so that a rehearsal needs no network. */
const engines = [
  'docker.io',
  'docker-cli',
  'docker-compose',
  'iptables',
  'podman',
  'catatonit',
  'crun',
  'netavark',
  'aardvark-dns',
  'passt',
  'slirp4netns',
  'uidmap',
  'fuse-overlayfs',
  'haproxy',
  'socat',
];

export const guestPackages = [...system, ...engines];
