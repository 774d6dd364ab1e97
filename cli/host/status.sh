# shellcheck shell=bash
# How what runs is doing, after `read_stack`: in the same round trip, and nothing is changed.

read_status() { # $1 stack, $2 account
  local unit units=()
  echo "=== now"
  date +%s
  echo "=== memory"
  read_memory
  echo "=== units"
  for unit in "$base/$1"/*/instances/*/; do
    if [ "$(record "$unit/runtime")" = podman ]; then units+=("$(basename "$unit").service"); fi
  done
  if [ "${#units[@]}" -gt 0 ]; then
    as_account "$2" systemctl --user show --property=Id,NRestarts,ActiveState,SubState "${units[@]}" |
      awk -F= '$1 != "" { value[$1] = $2 } $1 == "" { print_unit() } END { print_unit() }
        function print_unit() { if (value["Id"] != "") print value["Id"], value["NRestarts"], value["ActiveState"], value["SubState"]; delete value }'
  fi
}

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
