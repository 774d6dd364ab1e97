# shellcheck shell=bash
# Everything that a stack has on this host, in one go: sections, each begun by a line `=== <name>`.
# Whatever cannot be read fails the whole reading: half of the truth would look like drift.

read_stack() { # $1 stack, $2 account
  local account=$2 directory section work docker podman secrets units account_name account_uid account_home
  # Podman is over before it would have to collect its garbage
  local -x GOGC=off
  # What takes the longest is asked at the same time, and while the rest is read.
  mkdir -p "$locks"
  know_account "$account"
  work=$(mktemp -d -p "$locks" read.XXXXXX)
  # shellcheck disable=SC2064 # the value of now
  trap "rm -rf '$work'" EXIT
  # A failure of either ends its shell: no `&&` here, under which it would not.
  {
    read_podman "$work" "$account"
    read_probes "$1" podman "$work"
  } &
  podman=$!
  {
    read_docker "$work"
    read_probes "$1" docker "$work"
  } &
  docker=$!
  read_secrets "$account" "$base/$1"/*/instances/*/ >"$work/secrets" &
  secrets=$!
  read_units "$work" "$account" "$1" &
  units=$!
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
  read_files "$work" "$1" "$account_home"
  cat "$work/files"
  echo "=== texts"
  read_texts "$1" "$work/files"
  echo "=== unit-files"
  find /etc/systemd/system /etc/systemd/user /etc/containers/systemd "$account_home"/.config/{systemd/user,containers/systemd} \
    -maxdepth 2 \( -name '*.service' -o -name '*.container' -o -name '*.kube' -o -name '*.pod' \) -not -path '*.wants/*' 2>/dev/null || true
  echo "=== host"
  read_host "$account"
  read_foreign "$1"
  echo "=== proxy"
  ask_proxy 'show servers state' || echo down
  echo
  wait "$secrets" || fail "the secrets of $1 cannot be read"
  wait "$units" || fail "systemd does not answer, for root or for $account: loginctl user-status $account"
  wait "$docker" || fail "docker does not answer: systemctl status docker"
  wait "$podman" || fail "podman does not answer for $account: loginctl user-status $account"
  # a title each, and one process for all
  for section in secrets docker podman host-units account-units probes images; do
    echo "=== $section" >"$work/$section.title"
  done
  cat "$work"/{secrets,docker,podman,host-units,account-units}{.title,} \
    "$work"/{probes.title,docker-probes,podman-probes} \
    "$work"/{images.title,podman-images,docker-images-and-networks,podman-networks}
  echo "=== end"
}

# A deployment that was cut short may still be on its way back: what goes between the look and the digest is
# looked at again, because what is not told would look as if somebody had removed it.
read_files() { # $1 folder for the answer, $2 stack, $3 the account's home
  local attempt
  for attempt in 1 2 3; do
    if digests_of "$2" "$3" >"$1/files" 2>"$1/vanished"; then return 0; fi
    sleep "0.$attempt"
  done
  fail "the files of $2 cannot be read: $(tail -n 1 "$1/vanished")"
}

# Of what was delivered, and of what stands beside it.
digests_of() { # $1 stack, $2 the account's home
  {
    if [ -d "$base/$1" ]; then find "$base/$1" -mindepth 4 -type f -not -path '*/instances/*/secrets/*' -print0 || exit 1; fi
    find "$proxies" \( -name "$1.*.cfg" -o -name 00-global.cfg \) -print0 || exit 1
    # units, and what overrides parts of them: Quadlet takes it into the unit, and systemd does not tell
    find "$2/.config/containers/systemd" -maxdepth 2 -type f \( -not -path '*/systemd/*/*' -o -path '*.container.d/*.conf' \) -print0 2>/dev/null || true
    find "$2/.local/share/containerhost" -mindepth 3 -maxdepth 3 -type f -path '*/configs/*' -print0 2>/dev/null || true
    find "${host_files[@]}" -maxdepth 0 -print0 2>/dev/null || true
  } | xargs -0 -r sha256sum
}

# What the set-up of a host writes (install.sh).
host_files=(/usr/local/sbin/containerhost /etc/systemd/journald@containerhost.conf /etc/systemd/system/containerhost-{addresses,proxy,recover}.service)

# The text of each file that is not as it was delivered, so that a difference reads as lines.
read_texts() { # $1 stack, $2 digests of now
  local path
  { cat "$base/$1"/*/instances/*/digests "$base/$1"/*/digests 2>/dev/null || true; } |
    awk 'NR == FNR { now[substr($0, 67)] = $1; next } { path = substr($0, 67) } path in now && now[path] != $1 { print path }' "$2" - |
    while read -r path; do printf '%s %s\n' "$(head -c 65536 "$path" | base64 -w0)" "$path"; done
}

# What services stand on, beside the engines: what the set-up made, and an upgrade or a person may have changed.
read_host() { # $1 account
  printf 'linger %s\n' "$([ -e "/var/lib/systemd/linger/$1" ] && echo yes || echo no)"
  awk -F: -v account="$1" '$1 == account { print FILENAME == "/etc/subuid" ? "users" : "groups", $2 ":" $3 }' /etc/subuid /etc/subgid
  dpkg-query -W -f 'package ${Package} ${Version}\n' docker.io docker-ce podman 2>/dev/null || true
  ip -o -4 address show dev lo | awk '{ print "address", $4 }'
}

# Volumes and delivered folders that are none of those which an instance took over last: what `expect_data` would
# find, if one were replaced now.
read_foreign() { # $1 stack
  local file files=() name id inode empty directory found
  for file in "$base/.data/$1"/*; do
    case $file in *.accepted | */host.*) continue ;; esac
    if [ -e "$file" ] && [ ! -e "$file.accepted" ]; then files+=("$file"); fi
  done
  if [ "${#files[@]}" = 0 ]; then return 0; fi
  while IFS=$'\t' read -r name id inode empty directory; do
    found=-
    if [ -e "$directory/id" ]; then read -r found <"$directory/id" || true; fi
    if [ ! -e "$directory/data" ]; then
      echo "volume $name is not there"
    elif [ "$found" != "$id" ]; then
      echo "volume $name is a foreign one: id $found, expected $id"
    elif [ "$(stat -c %i -- "$directory/data")" != "$inode" ]; then
      echo "volume $name is another folder in its place"
    elif [ "$empty" = false ] && is_empty "$directory/data"; then
      echo "volume $name is empty, expected data"
    fi
  done < <(jq -r '[.name, .after.id // "-", .after.inode, .after.empty, .directory] | @tsv' "${files[@]}")
}

# Docker is asked at its own interface: each of its commands is a process that starts, and mostly that.
read_docker() { # $1 folder for the answers
  local lists
  {
    ask_docker /images/json /networks >"$1/docker-lists" &&
      jq -rs '
        (.[0][] | (.RepoTags // [])[], (.RepoDigests // [])[] | "docker \(.)"),
        "=== networks",
        (.[1][] | "docker \(.Name) \(.Labels // {} | to_entries | map("\(.key)=\(.value)") | join(","))")
      ' "$1/docker-lists" >"$1/docker-images-and-networks"
  } &
  lists=$!
  inspect_all docker >"$1/docker" && wait "$lists"
}

ask_docker() { # $1… paths: an answer each
  curl --silent --fail --fail-early --noproxy '*' --unix-socket "$docker_socket" "${@/#/http://docker}"
}

docker_ids() { ask_docker '/containers/json?all=true' | jq -r '.[].Id'; }

docker_inspect() { # $1 ids, a line each
  # a line each. Byte by byte: with characters of several, the shell counts all that follows anew at each line
  local answers LC_ALL=C
  answers=$(ask_docker "/containers/{${1//$'\n'/,}}/json") || return 1
  printf '[%s]\n' "${answers//$'\n'/,}"
}

# Podman is asked by its commands, which do not wait for each other: its interface answers in the formats of the version
# that is asked for, and there is no daemon that would save a start.
read_podman() { # $1 folder for the answers, $2 account
  local containers images
  inspect_all podman "$2" >"$1/podman" &
  containers=$!
  as_account "$2" podman image ls --format "$podman_references" >"$1/podman-images" &
  images=$!
  as_account "$2" podman network ls --format 'podman {{.Name}} {{.Labels}}' >"$1/podman-networks"
  wait "$images"
  wait "$containers"
}

# of an image for several architectures the digest is one of two: that of the list, and that of the host's own
podman_references='podman {{.Repository}}:{{.Tag}}
{{range .RepoDigests}}podman {{.}}
{{end}}'

podman_ids() { # $1 account
  as_account "$1" podman ps --all --quiet --no-trunc
}

podman_inspect() { # $1 ids, $2 account
  # shellcheck disable=SC2086 # a word each
  as_account "$2" podman inspect --type container $1
}

# All containers of an engine. One may go between the two questions, and the answer is then incomplete: asked
# again, because an answer that is short for any other reason would make all containers look gone.
inspect_all() { # $1 engine, $2 account, of Podman
  local attempt ids found
  for attempt in 1 2 3; do
    ids=$("$1_ids" "${2:-}") || return 1
    if [ -z "$ids" ]; then return 0; fi
    if found=$("$1_inspect" "$ids" "${2:-}" 2>/dev/null); then
      printf '%s\n' "$found"
      return
    fi
  done
  return 1
}

# Of systemd: what the services of the host stand on, and Podman's instances.
read_units() { # $1 folder for the answers, $2 account, $3 stack
  local show=(systemctl show --property='Id,LoadState,ActiveState,UnitFileState,DropInPaths') directory instances=()
  for directory in "$base/$3"/*/instances/*/; do
    directory=${directory%/}
    if [ -e "$directory/runtime" ] && [ "$(<"$directory/runtime")" = podman ]; then instances+=("${directory##*/}.service"); fi
  done
  "${show[@]}" containerhost-{addresses,proxy,recover}.service docker.service >"$1/host-units" || return 1
  : >"$1/account-units"
  if [ "${#instances[@]}" = 0 ]; then return 0; fi
  as_account "$2" "${show[@]}" --user "${instances[@]}" >"$1/account-units"
}

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

# `<instance>-<secret> <digest>` of each secret of the instance directories given: of what is there now, not of what was
# sent. Each digest is keyed, so that it tells nothing of the value.
read_secrets() { # $1 account, $2… instance directories
  local account=$1 directory instance runtime secret names=() kept=() values=()
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
        kept+=("$instance-$secret")
        values+=("$directory/secrets/$secret")
      fi
    done <"$directory/secret-names"
  done
  if [ "$((${#values[@]} + ${#names[@]}))" = 0 ]; then return 0; fi
  {
    if [ "${#values[@]}" != 0 ]; then sha256sum -- "${values[@]}" | name_digests "${kept[@]}"; fi
    if [ "${#names[@]}" != 0 ]; then podman_digests "$account" "${names[@]}"; fi
  } | key_digests
}

# Those that are not there any more are missing in the answer, which is how their absence is told.
podman_digests() { # $1 account, $2… secrets
  local account=$1 secret data digest
  shift
  { as_account "$account" podman secret inspect --showsecret "$@" 2>/dev/null || true; } |
    jq -r '.[] | .Spec.Name + " " + (.SecretData | @base64)' |
    while read -r secret data; do
      digest=$(base64 -d <<<"$data" | sha256sum)
      printf '%s %s\n' "$secret" "${digest%% *}"
    done
}

name_digests() { # $1… names, in the order of the lines of sha256sum on stdin
  local digest name
  for name in "$@"; do
    read -r digest _ || return 1
    printf '%s %s\n' "$name" "$digest"
  done
}

# Of `<name> <digest>` on stdin. By one process for all, which wants files.
key_digests() {
  local key name digest names=() keyed
  read -r key <"$base/key" || true
  keyed=$(mktemp -d -p "$locks" keyed.XXXXXX)
  while read -r name digest; do
    printf '%s%s  -\n' "$key" "$digest" >"$keyed/$name"
    names+=("$name")
  done
  if [ "${#names[@]}" != 0 ]; then (cd "$keyed" && sha256sum -- "${names[@]}") | name_digests "${names[@]}"; fi
  rm -rf "$keyed"
}

# What a new instance is like, for later readings to be compared with.
describe_instance() { # $1 instance, $2 account
  local directory
  directory=$(instance_dir "$1")
  printf '=== machine\n%s\n=== records\n=== files\n=== proxy\n=== images\n=== host\n' "$(cat /etc/machine-id)"
  read_host "$2"
  echo "=== secrets"
  read_secrets "$2" "$directory"
  echo "=== docker"
  if [ "$(record "$directory/runtime")" = docker ]; then docker inspect --type container "$1"; fi
  echo "=== podman"
  if [ "$(record "$directory/runtime")" = podman ]; then as_account "$2" podman inspect --type container "$1"; fi
  echo "=== end"
}
