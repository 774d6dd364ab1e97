# shellcheck shell=bash
# What the proxy logged and the host noted in a stretch of time, for a receipt. Nothing is changed.

read_receipt() { # $1 stack, $2 since, $3 until (seconds since the epoch)
  local directory instance
  echo "=== instances"
  for directory in "$base/$1"/*/instances/*/; do
    if [ ! -e "$directory/ports" ]; then continue; fi
    instance=$(basename "$directory")
    awk -v s="$(basename "$(dirname "$(dirname "$directory")")")" -v i="$instance" -v r="$(record "$directory/runtime")" \
      '{ print s, i, r, $2 }' "$directory/ports"
  done
  echo "=== dropped"
  ask_proxy 'show info' | awk '$1 == "DroppedLogs:" { print $2 }'
  echo "=== journal"
  journalctl --namespace=+containerhost --identifier=haproxy --identifier=containerhost --since="@$2" --until="@$3" \
    --output=short-unix --no-pager --quiet | awk -v stack="$1" '
      index($0, ": request ") { if (index($0, " " stack ".")) print; next }
      index($0, ": step ") || index($0, "Loading success") { print }'
  echo "=== data"
  show_data "$1"
  echo "=== end"
}
