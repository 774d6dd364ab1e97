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
