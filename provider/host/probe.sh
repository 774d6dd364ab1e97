# shellcheck shell=bash
# What this host is and has, before anything is touched: a line for each fact (preflight/probe.ts parses them).
# What cannot be found out has no line; nothing is changed.

probe_host() { # $1 stack, $2 account, then paths on the host that services mount
  local account=$2 work docker podman path
  mkdir -p "$locks"
  work=$(mktemp -d -p "$locks" probe.XXXXXX)
  # shellcheck disable=SC2064 # the value of now
  trap "rm -rf '$work'" EXIT
  # the engines take the longest
  probe_docker "$1" >"$work/docker" 2>/dev/null &
  docker=$!
  as_account "$account" bash -c "$probe_podman" bash "$1" >"$work/podman" 2>/dev/null &
  podman=$!
  probe_serving "$base/$1"
  shift 2
  printf 'architecture %s\n' "$(dpkg --print-architecture)"
  awk '$1 == "MemAvailable:" { printf "memory-available %d\n", $2 * 1024 }' /proc/meminfo
  printf 'version haproxy %s\n' "$(haproxy -v 2>/dev/null | sed -n '1s/^HAProxy version \([^ ]*\).*/\1/p')"
  printf 'version systemd %s\n' "$(systemctl --version | sed -n '1s/^systemd \([^ ]*\).*/\1/p')"
  printf 'linger %s\n' "$([ -e "/var/lib/systemd/linger/$account" ] && echo yes || echo no)"
  printf 'subordinate-ids %s %s\n' "$(subordinates "$account" /etc/subuid)" "$(subordinates "$account" /etc/subgid)"
  if [ -e /sys/fs/selinux/enforce ]; then
    printf 'selinux %s\n' "$([ "$(cat /sys/fs/selinux/enforce)" = 1 ] && echo enforcing || echo permissive)"
  fi
  disk data "$srv"
  ss -Hltnp | awk -v taken="$(cat "$base"/*/*/instances/*/taken 2>/dev/null | tr '\n' ' ' || true)" '
    BEGIN { n = split(taken, list, " "); for (i = 1; i <= n; i++) given[list[i]] }
    { at = $4; sub(/^(0\.0\.0\.0|\[::\]):/, "*:", at); if (at in given) next }
    { process = "another"; if (match($0, /users:\(\("[^"]+/)) process = substr($0, RSTART + 9, RLENGTH - 9); gsub(" ", "_", process); print "listener", $4, process }' | sort -u
  for path in "$@"; do
    printf 'path %s %s\n' "$(as_account "$account" sh -c "$probe_path" sh "$path")" "$path"
  done
  wait "$docker" || true
  wait "$podman" || true
  disk docker "$(sed -n 's/^root //p' "$work/docker")"
  disk podman "$(sed -n 's/^root //p' "$work/podman")"
  grep -hv -e '^root ' -e '^container ' "$work/docker" "$work/podman" || true
  read_memory | awk 'NR == FNR { if ($1 == "container") name[$2] = $3; next } $1 in name { print "memory", name[$1], $2 }' <(cat "$work/docker" "$work/podman") -
  echo end
}

# shellcheck disable=SC2016 # another shell's
probe_path='[ -e "$1" ] || { echo -; exit; }; may=f; [ ! -r "$1" ] || may=${may}r; [ ! -w "$1" ] || may=${may}w; echo $may'

probe_serving() { # $1 folder of the stack's records
  local directory instance
  for directory in "$1"/*/; do
    instance=$(record "$directory/slot")
    if [ -z "$instance" ]; then continue; fi
    printf 'serving %s %s %s\n' "$(basename "$directory")" "$instance" "$(record "$directory/instances/$instance/runtime")"
  done
}

disk() { # $1 what for, $2 folder: free bytes where the folder is, or will be
  local folder=$2
  if [ -z "$folder" ]; then return 0; fi
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  printf 'disk %s %s %s\n' "$1" "$(df --output=avail -B1 "$folder" | tail -n 1 | tr -d ' ')" "$2"
}

subordinates() { # $1 account, $2 file: how many ids
  awk -F: -v account="$1" '$1 == account { sum += $3 } END { print sum + 0 }' "$2" 2>/dev/null || echo 0
}

probe_docker() { # $1 stack
  docker info --format 'version docker {{.ServerVersion}}
root {{.DockerRootDir}}
controllers docker -{{if .CPUCfsQuota}} cpu{{end}}{{if .MemoryLimit}} memory{{end}}{{if .PidsLimit}} pids{{end}}'
  printf 'version compose %s\n' "$(docker compose version --short | tr -d v)"
  docker ps --no-trunc --filter "label=containerhost.stack=$1" --format 'container {{.ID}} {{.Names}}'
  # shellcheck disable=SC2046 # one word for each image
  docker image inspect --format '{{$a := .Architecture}}{{range .RepoTags}}image docker {{$a}} {{.}}
{{end}}{{range .RepoDigests}}image docker {{$a}} {{.}}
{{end}}' $(docker image ls --quiet --no-trunc) | grep . | qualified
}

# Docker leaves out its own registry, which podman does not.
qualified() {
  awk '{ first = $4; sub("/.*", "", first); if ($4 !~ "/") $4 = "docker.io/library/" $4; else if (first !~ /[.:]/ && first != "localhost") $4 = "docker.io/" $4; print }'
}

# shellcheck disable=SC2016 # another shell's
probe_podman='
  podman info --format "version podman {{.Version.Version}}
root {{.Store.GraphRoot}}
controllers podman -{{range .Host.CgroupControllers}} {{.}}{{end}}"
  podman ps --no-trunc --filter "label=containerhost.stack=$1" --format "container {{.ID}} {{.Names}}"
  ids=$(podman image ls --quiet --no-trunc | sort -u | cut -d: -f2)
  [ -z "$ids" ] || podman image inspect --format "{{\$a := .Architecture}}{{range .RepoTags}}image podman {{\$a}} {{.}}
{{end}}{{range .RepoDigests}}image podman {{\$a}} {{.}}
{{end}}" $ids | grep .'

# `<container id> <bytes>` for each container that runs: what its processes hold, shared pages divided among
# those who share them. Not the control group's own count: a host may not have that controller.
read_memory() {
  local group id process
  find /sys/fs/cgroup -regextype posix-extended -type d -regex '.*/(docker-|libpod-|libpod-payload-)?[0-9a-f]{64}(\.scope)?' |
    while read -r group; do
      id=$(basename "$group" .scope)
      # a process may end meanwhile
      find "$group" -name cgroup.procs -exec cat {} + | while read -r process; do
        cat "/proc/$process/smaps_rollup" 2>/dev/null || true
      done | awk -v id="${id##*-}" '$1 == "Pss:" { kib += $2 } END { printf "%s %d\n", id, kib * 1024 }'
    done
}
