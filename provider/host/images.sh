# shellcheck shell=bash
# Images are on the host, in both engines, before anything that serves is touched: a flip then moves no
# image, and one that cannot be had stops the deployment while nothing has changed.

# A folder in memory for the registries' credentials, gone with the script.
begin_fetch() {
  credentials=$(mktemp -d -p /run containerhost.XXXXXX)
  trap 'rm -rf "$credentials"' EXIT
}

fetch_images() { # $1 account, $2… images; says all that are missing, not the first
  local account=$1 image failed=
  shift
  for image in "$@"; do
    fetch_docker "$image" || failed=1
    fetch_podman "$account" "$image" || failed=1
  done
  if [ -n "$failed" ]; then exit 1; fi
}

fetch_docker() { # $1 image
  local output
  if docker image inspect "$1" >/dev/null 2>&1; then return 0; fi
  docker info >/dev/null 2>&1 || fail 'docker does not answer: systemctl status docker'
  say "docker: pulling $1"
  if ! output=$(docker --config "$credentials" pull --quiet "$1" 2>&1); then
    image_problem docker "$1" "$output"
    return 1
  fi
}

fetch_podman() { # $1 account, $2 image
  local output authfile
  if as_account "$1" podman image exists "$2" >/dev/null 2>&1; then return 0; fi
  say "podman: pulling $2"
  authfile=/run/user/$(id -u "$1")/containerhost-auth.json
  install -m 0600 -o "$1" "$credentials/config.json" "$authfile"
  if output=$(as_account "$1" podman pull --quiet --authfile "$authfile" "$2" 2>&1); then
    rm -f "$authfile"
  else
    rm -f "$authfile"
    image_problem podman "$2" "$output"
    return 1
  fi
}

image_problem() { # $1 engine, $2 image, $3 what the engine said
  local last
  last=$(tail -n 1 <<<"$3")
  case $3 in
  *"no space left"*) last="the disk is full: $(df -h --output=avail,target /var/lib | tail -n 1); $last" ;;
  *unauthorized* | *"access denied"* | *"authentication required"*) last="the registry refused the credentials (cortex:registries): $last" ;;
  esac
  printf 'containerhost: image "%s" is not in %s on this host and could not be pulled: %s\n' "$2" "$1" "$last" >&2
}

as_account() { # $1 account, $2… command: as the rootless account would run it
  local account=$1 uid
  shift
  uid=$(id -u "$account")
  (cd / && runuser -u "$account" -- env HOME="$(getent passwd "$account" | cut -d: -f6)" XDG_RUNTIME_DIR="/run/user/$uid" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$uid/bus" "$@" 7>&- 8>&- 9>&-)
}
