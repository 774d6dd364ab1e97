/** Debian packages that every host has, whichever runtime is in use: a flip installs nothing. */
export const hostPackages = [
  'ca-certificates',
  // asks the engines
  'curl',
  'dbus-user-session',
  'e2fsprogs',
  'haproxy',
  'iproute2',
  'jq',
  // capabilities of files, in volumes
  'libcap2-bin',
  'nftables',
  // compares what was copied
  'rsync',
  'socat',
  'sudo',
  // Docker
  'docker.io',
  'docker-cli',
  'docker-compose',
  'iptables',
  // Podman, rootless
  'podman',
  'aardvark-dns',
  // runs as process 1 for services that ask for an init
  'catatonit',
  'crun',
  'fuse-overlayfs',
  'netavark',
  'passt',
  'uidmap',
];
