# shellcheck shell=bash
# Everything that a stack has on this host, in one go: sections, each begun by a line `=== <name>`.
# Whatever cannot be read fails the whole reading: half of the truth would look like drift.

read_stack() { # $1 stack, $2 account
  local account=$2 directory units work docker podman secrets
  # What takes the longest is asked at the same time, and while the rest is read.
  mkdir -p "$locks"
  work=$(mktemp -d -p "$locks" read.XXXXXX)
  # shellcheck disable=SC2064 # the value of now
  trap "rm -rf '$work'" EXIT
  read_podman "$work" "$account" &
  podman=$!
  read_docker "$work" &
  docker=$!
  read_secrets "$account" "$base/$1"/*/instances/*/ >"$work/secrets" &
  secrets=$!
  echo "=== machine"
  cat /etc/machine-id
  echo "=== records"
  for directory in "$base/$1"/*/; do
    if [ -d "$directory/instances" ]; then read_records "${directory%/}"; fi
  done
  awk -v stack="$1" '$2 == stack { print $3, "address", $1 }' "$base/addresses"
  echo "=== volumes"
  read_carried "$1"
  echo "=== files"
  units=$(getent passwd "$account" | cut -d: -f6)/.config/containers/systemd
  {
    if [ -d "$base/$1" ]; then find "$base/$1" -mindepth 4 -type f -not -path '*/instances/*/secrets/*' -print0; fi
    find "$proxies" -name "$1.*.cfg" -print0
    if [ -d "$units" ]; then find "$units" -maxdepth 1 -type f -print0; fi
  } | xargs -0 -r sha256sum
  echo "=== proxy"
  ask_proxy 'show servers state' || echo down
  echo
  wait "$secrets" || fail "the secrets of $1 cannot be read"
  wait "$docker" || fail "docker does not answer: systemctl status docker"
  wait "$podman" || fail "podman does not answer for $account: loginctl user-status $account"
  for directory in secrets docker podman; do
    echo "=== $directory"
    cat "$work/$directory"
  done
  echo "=== probes"
  read_probes "$1" "$work"
  echo "=== images"
  cat "$work/docker-images" "$work/podman-images"
  echo "=== end"
}

read_docker() { # $1 folder for the answers
  sh -c "$inspect_all" sh docker >"$1/docker" || return 1
  docker image ls --digests --format "docker $references
docker $digests" >"$1/docker-images"
}

read_podman() { # $1 folder for the answers, $2 account
  as_account "$2" sh -c "$inspect_all" sh podman >"$1/podman" || return 1
  as_account "$2" podman image ls --format "podman $references
$every_digest" >"$1/podman-images"
}

references='{{.Repository}}:{{.Tag}}'
digests='{{.Repository}}@{{.Digest}}'
# of an image for several architectures it is one of two: that of the list, and that of the host's own
every_digest='{{range .RepoDigests}}podman {{.}}
{{end}}'

# All containers of an engine. One may go between the two commands, and the answer is then incomplete: asked
# again, because an answer that is short for any other reason would make all containers look gone.
# shellcheck disable=SC2016 # another shell's
inspect_all='
  for attempt in 1 2 3; do
    ids=$("$1" ps --all --quiet --no-trunc) || exit 1
    [ -n "$ids" ] || exit 0
    if found=$("$1" inspect --type container $ids 2>/dev/null); then printf "%s\n" "$found"; exit 0; fi
  done
  exit 1'

# Of one service: what serves, what is parked, and each instance with its ports. By the shell alone: a process
# for each value took longer than all engines together.
read_records() { # $1 service directory
  local service=${1##*/} name directory instance port loopback
  for name in slot parked; do
    instance=
    if [ -e "$1/$name" ]; then read -r instance <"$1/$name" || true; fi
    printf '%s %s %s\n' "$service" "$name" "$instance"
  done
  for directory in "$1"/instances/*/; do
    if [ ! -d "$directory" ]; then continue; fi
    directory=${directory%/}
    instance=${directory##*/}
    printf '%s instance %s\n' "$service" "$instance"
    if [ ! -e "$directory/ports" ]; then continue; fi
    while read -r port loopback; do
      printf '%s port %s %s %s\n' "$service" "$instance" "$port" "$loopback"
    done <"$directory/ports"
  done
}

# A digest of each secret as it is now, keyed, so that it tells nothing of the value.
digest_secret() { { cat "$base/key" && sha256sum; } | sha256sum | cut -d' ' -f1; }

# `<instance> <secret> <digest>` for each instance directory given: of what is there now, not of what was sent.
read_secrets() { # $1 account, $2… instance directories
  local account=$1 directory instance runtime secret names=() digest data
  shift
  for directory in "$@"; do
    if [ ! -e "$directory/secret-names" ]; then continue; fi
    directory=${directory%/}
    instance=${directory##*/}
    read -r runtime <"$directory/runtime" || true
    while read -r secret; do
      if [ "$runtime" = podman ]; then
        names+=("$instance-$secret")
      elif [ -e "$directory/secrets/$secret" ]; then
        digest=$(digest_secret <"$directory/secrets/$secret")
        printf '%s %s\n' "$instance-$secret" "$digest"
      fi
    done <"$directory/secret-names"
  done
  if [ "${#names[@]}" = 0 ]; then return 0; fi
  # Those that are not there any more are missing in the answer, which is how their absence is told.
  { as_account "$account" podman secret inspect --showsecret "${names[@]}" 2>/dev/null || true; } |
    jq -r '.[] | .Spec.Name + " " + (.SecretData | @base64)' |
    while read -r secret data; do
      digest=$(base64 -d <<<"$data" | digest_secret)
      printf '%s %s\n' "$secret" "$digest"
    done
}

# What a new instance is like, for later readings to be compared with.
describe_instance() { # $1 instance, $2 account
  local directory
  directory=$(instance_dir "$1")
  printf '=== machine\n%s\n=== records\n=== files\n=== proxy\n=== images\n=== secrets\n' "$(cat /etc/machine-id)"
  read_secrets "$2" "$directory"
  echo "=== docker"
  if [ "$(record "$directory/runtime")" = docker ]; then docker inspect --type container "$1"; fi
  echo "=== podman"
  if [ "$(record "$directory/runtime")" = podman ]; then as_account "$2" podman inspect --type container "$1"; fi
  echo "=== end"
}
