# shellcheck shell=bash
# Makes a Debian host ready for the services: packages, data disk, the containers' account. Run as root; it
# can be run again, changes only what differs, and says what it changed. Set before it by setup.ts:
#   account    the containers' rootless account
#   packages   Debian packages, separated by spaces
#   data_disk  name under /dev/disk/by-id of the disk that keeps the data; empty: the root file system does
set -euo pipefail
: "${account:?}" "${packages:?}" "${data_disk?}"

data=/srv/containerhost

refuse() {
  printf 'containerhost: %s\n' "$*" >&2
  exit 1
}

say() {
  printf 'containerhost: %s\n' "$*" >&2
}

version_of() { # $1 package: its version as installed, or as it would be installed; empty if there is none
  local version
  # shellcheck disable=SC2016 # dpkg's variable, not the shell's
  version=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true)
  if [ -z "$version" ]; then version=$(apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'); fi
  printf '%s' "$version"
}

# What a host must be. Everything it lacks is told at once.
check_system() {
  local name id lacks='' wanted package least version
  # shellcheck source=/dev/null
  name=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-${ID:-unknown}}")
  # shellcheck source=/dev/null
  id=$(. /etc/os-release && printf '%s' "${ID:-}")
  if [ "$id" != debian ]; then refuse "this host runs $name; Debian 13 or later is supported: use such a machine"; fi
  if [ -z "$(version_of podman)" ]; then apt_update; fi
  for wanted in podman:5 haproxy:3 systemd:257; do
    package=${wanted%:*} least=${wanted#*:}
    version=$(version_of "$package")
    if [ -z "$version" ] || dpkg --compare-versions "$version" lt "$least"; then
      lacks="$lacks${lacks:+, }$package $least or later (it has ${version:-none})"
    fi
  done
  if [ -n "$lacks" ]; then refuse "this host runs $name and lacks $lacks: upgrade it to Debian 13, or use another machine"; fi
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null ||
    refuse "apt-get $1 failed: $(tail -n 5 "$log")"
}

updated=
apt_update() {
  if [ -n "$updated" ]; then return; fi
  apt_get update
  updated=1
}

# Docker of another origin stays: apt would take it away, and its containers with it, for Debian's own.
own_docker() { # $1 package
  case $1 in
  docker.io | docker-cli | docker-compose) command -v docker >/dev/null && docker compose version >/dev/null 2>&1 ;;
  *) false ;;
  esac
}

install_packages() {
  local package missing=()
  for package in $packages; do
    if own_docker "$package"; then continue; fi
    # shellcheck disable=SC2016 # dpkg's variable, not the shell's
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then missing+=("$package"); fi
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  say "installing ${missing[*]}"
  apt_update
  apt_get install --no-install-recommends "${missing[@]}"
}

# A unit rather than a line in fstab: it is wanted, not required, so that a missing disk keeps neither ssh nor
# the rest of the host from starting; and all that runs containers starts after it.
mount_unit() { # $1 device
  cat >/etc/systemd/system/srv-containerhost.mount <<UNIT
[Unit]
Description=Data of the services

[Mount]
What=$1
Where=$data

[Install]
WantedBy=local-fs.target
UNIT
  systemctl daemon-reload
  systemctl enable --quiet srv-containerhost.mount
}

# The volumes are on a disk of their own, so that the VM can be replaced under them.
mount_data() {
  local device=/dev/disk/by-id/$data_disk type
  if [ -z "$data_disk" ]; then
    install -d -m 0755 "$data"
    return
  fi
  if [ ! -e "$device" ]; then refuse "the data disk $device is not attached: attach it, and run this again"; fi
  if mountpoint -q "$data"; then
    if [ "$(findmnt -n -o SOURCE "$data")" != "$(readlink -f "$device")" ]; then refuse "$data is mounted from $(findmnt -n -o SOURCE "$data"), expected $device: unmount it"; fi
  else
    if [ -n "$(ls -A "$data" 2>/dev/null)" ]; then refuse "$data holds files that are not on the data disk: move them away"; fi
    type=$(blkid -p -s TYPE -o value "$device" || true)
    if [ -z "$type" ]; then
      # blkid ends with 2 where it finds nothing at all; anything else on the disk is somebody's data
      local found=0
      blkid -p "$device" >/dev/null 2>&1 || found=$?
      if [ "$found" -ne 2 ]; then refuse "the data disk $device is not empty and holds no file system that is known: empty it (wipefs) or attach another"; fi
      say "formatting $device"
      mkfs.ext4 -q -m 1 -L containerhost "$device"
    fi
    install -d -m 0755 "$data"
    # without its disk nothing can be written here, so that no service starts on an empty volume
    chattr +i "$data" 2>/dev/null || true
    say "mounting $device on $data"
    mount_unit "$device"
    systemctl start srv-containerhost.mount || refuse "the data disk cannot be mounted: $(journalctl -u srv-containerhost.mount -n 5 -o cat --no-pager)"
  fi
  # a disk that was made larger
  if [ "$(findmnt -n -o FSTYPE "$data")" = ext4 ]; then resize2fs "$device" >"$log" 2>&1 || refuse "the data disk cannot grow: $(tail -n 3 "$log")"; fi
}

# The first number from 100000 on that no account's subordinate ids reach.
next_subid() {
  awk -F: 'BEGIN { next_id = 100000 } $2 + $3 > next_id { next_id = $2 + $3 } END { print next_id }' /etc/subuid /etc/subgid
}

make_account() {
  local first
  touch /etc/subuid /etc/subgid
  if ! id -u "$account" >/dev/null 2>&1; then
    say "making account $account"
    # the subordinate ids are given below: the same range for users and groups
    local options=(--create-home --shell /bin/bash --key SUB_UID_COUNT=0 --key SUB_GID_COUNT=0)
    # 1000 is what images most often run as, so that files need no other owner
    if ! getent passwd 1000 >/dev/null && ! getent group 1000 >/dev/null; then options+=(--uid 1000 --user-group); fi
    useradd "${options[@]}" "$account"
  fi
  if [ "$(id -u "$account")" -eq 0 ] || id -nG "$account" | tr ' ' '\n' | grep -qxE 'sudo|google-sudoers|docker'; then
    refuse "account $account may become root: choose another name in cortex:host.account"
  fi
  if ! grep -q "^$account:" /etc/subuid && ! grep -q "^$account:" /etc/subgid; then
    first=$(next_subid)
    usermod --add-subuids "$first-$((first + 65535))" --add-subgids "$first-$((first + 65535))" "$account"
  fi
  if [ "$(subids /etc/subuid)" != "$(subids /etc/subgid)" ]; then
    refuse "account $account has different ranges in /etc/subuid ($(subids /etc/subuid)) and /etc/subgid ($(subids /etc/subgid)): make them equal"
  fi
  if [ "$(subids /etc/subuid | cut -d: -f2)" -lt 65536 ]; then refuse "account $account has fewer than 65536 subordinate ids in /etc/subuid: give it more (usermod --add-subuids)"; fi
  if [ ! -e "/var/lib/systemd/linger/$account" ]; then loginctl enable-linger "$account"; fi
  systemctl start "user@$(id -u "$account").service"
}

subids() { # $1 file: first and count of the account's first range
  awk -F: -v account="$account" '$1 == account { print $2 ":" $3; exit }' "$1"
}

start_docker() {
  systemctl is-enabled --quiet docker.service || systemctl enable --quiet docker.service 2>"$log" || refuse "docker.service cannot be enabled: $(cat "$log")"
  systemctl start docker.service || refuse "Docker does not start: $(journalctl -u docker.service -n 5 -o cat --no-pager)"
}

# A Docker of another origin may be told to do without, or to give files other owners than are reckoned with.
check_docker() {
  local options
  options=$(docker info --format '{{join .SecurityOptions " "}}')
  case $options in
  *name=seccomp,profile=unconfined*) refuse "Docker runs without its seccomp filter: take seccomp-profile out of /etc/docker/daemon.json" ;;
  *name=seccomp*) ;;
  *) refuse "Docker has no seccomp filter on this host (it has ${options:-nothing}): use a kernel that has seccomp" ;;
  esac
  case $options in
  *name=userns* | *name=rootless*) refuse "Docker maps users here ($options), so that the services' files would have other owners: take userns-remap out of /etc/docker/daemon.json, or run the services on podman alone on another machine" ;;
  esac
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
check_system
install_packages
mount_data
make_account
start_docker
check_docker
