# shellcheck shell=bash
# Images are on the host, in both engines, before anything that serves is touched: a flip then moves no
# image, and one that cannot be had stops the deployment while nothing has changed.

# A folder in memory for the registries' credentials, gone with the script.
begin_fetch() {
  credentials=$(mktemp -d -p /run containerhost.XXXXXX)
  trap 'rm -rf "$credentials"' EXIT
}

fetch_images() { # $1 account, $2… images; says all that are missing, not the first
  local account=$1 image docker failed=
  shift
  docker info >/dev/null 2>&1 || fail 'docker does not answer: systemctl status docker'
  google_credentials "$@"
  for image in "$@"; do
    # Neither engine takes from the other, and a registry that does not answer is asked again for a while by each.
    { fetch_docker "$image" || exit 1; } &
    docker=$!
    fetch_podman "$account" "$image" || failed=1
    wait "$docker" || failed=1
  done
  if [ -n "$failed" ]; then exit 1; fi
}

fetch_docker() { # $1 image
  local output
  if ! docker image inspect "$1" >/dev/null 2>&1; then
    say "docker: pulling $1"
    if ! output=$(docker --config "$credentials" pull --quiet "$1" 2>&1); then
      image_problem docker "$1" "$output"
      return 1
    fi
  fi
  fits_host docker "$1" "$(docker image inspect --format '{{.Architecture}}' "$1")"
}

fetch_podman() { # $1 account, $2 image
  local output authfile
  if ! as_account "$1" podman image exists "$2" >/dev/null 2>&1; then
    say "podman: pulling $2"
    authfile=/run/user/$(id -u "$1")/containerhost-auth.json
    install -m 0600 -o "$1" "$credentials/config.json" "$authfile"
    if ! output=$(as_account "$1" podman pull --quiet --authfile "$authfile" "$2" 2>&1); then
      rm -f "$authfile"
      image_problem podman "$2" "$output"
      return 1
    fi
    rm -f "$authfile"
  fi
  fits_host podman "$2" "$(as_account "$1" podman image inspect --format '{{.Architecture}}' "$2")"
}

# An engine pulls what is for one other architecture only, and says so when it is too late: at the start.
fits_host() { # $1 engine, $2 image, $3 its architecture
  local own
  own=$(dpkg --print-architecture)
  if [ -z "$3" ] || [ "$3" = "$own" ]; then return 0; fi
  printf 'containerhost: image "%s" in %s is for %s, and this host is %s: build it for linux/%s, or name one that is\n' "$2" "$1" "$3" "$own" "$own" >&2
  return 1
}

# Google's registries let a VM in by the account that it runs as. Anywhere else they are asked without credentials.
google_credentials() { # $1… images
  local image registry token
  for image in "$@"; do
    registry=${image%%/*}
    case $registry in
    *-docker.pkg.dev | gcr.io | *.gcr.io) ;;
    *) continue ;;
    esac
    # shellcheck disable=SC2016 # jq's own variables
    if jq -e --arg registry "$registry" '.auths[$registry]' "$credentials/config.json" >/dev/null; then continue; fi
    token=$(google_token) || return 0
    # shellcheck disable=SC2016
    jq -Rs --arg registry "$registry" --slurpfile config "$credentials/config.json" \
      '. as $token | $config[0] | .auths[$registry].auth = ("oauth2accesstoken:" + $token | @base64)' \
      < <(printf %s "$token") >"$credentials/more.json"
    mv "$credentials/more.json" "$credentials/config.json"
  done
}

# Of an hour, from https://cloud.google.com/compute/docs/access/authenticate-workloads. By the shell: a host need
# not have curl.
google_token() {
  # shellcheck disable=SC2016 # another shell's
  timeout 5 bash -c '
    exec 3<>/dev/tcp/169.254.169.254/80
    printf "GET /computeMetadata/v1/instance/service-accounts/default/token HTTP/1.0\r\nHost: metadata.google.internal\r\nMetadata-Flavor: Google\r\n\r\n" >&3
    cat <&3' 2>/dev/null | sed '1,/^\r*$/d' | jq -e -j .access_token 2>/dev/null
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

# Who the rootless account is: looked up once by those who ask as it many times.
know_account() { # $1 account
  if [ "${account_name:-}" = "$1" ]; then return 0; fi
  IFS=: read -r account_name _ account_uid _ _ account_home _ < <(getent passwd "$1") || fail "there is no account \"$1\" on this host"
}

# By setpriv, as the verbs do: runuser writes a login into the journal each time.
as_account() { # $1 account, $2… command: as the rootless account would run it
  local account=$1
  know_account "$account"
  shift
  (cd / && exec setpriv --reuid="$account" --regid="$account" --init-groups env HOME="$account_home" USER="$account" XDG_RUNTIME_DIR="/run/user/$account_uid" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$account_uid/bus" "$@" 7>&- 8>&- 9>&-)
}
