# shellcheck shell=bash
# What a service wrote. Followed, it goes on over restarts and replacements, until the operator has gone.

# shellcheck disable=SC2154 # instance, runtime: set by serving
print_logs() { # $1 account, $2… arguments of the engine's logs
  local file=/home/$1/.local/share/containerhost/$instance/log
  shift
  # systemd removes the container of a unit that ended; each line of its file is: time, stream, F or P, text
  if [ "$runtime" = podman ] && ! engine container exists "$instance"; then
    [ ! -e "$file" ] || tail -n "${lines:-+1}" "$file" | cut -d ' ' -f 4-
  else
    engine logs "$@" "$instance"
  fi
}

show_logs() { # $1 stack, $2 service, $3 account, $4 lines or all, $5 follow or nothing
  local lines=$4 since='' before child='' watcher
  serving "$1" "$2"
  # Docker takes the word, Podman does not; both mean it where nothing is said
  if [ "$lines" = all ]; then lines=; fi
  if [ -z "$5" ]; then
    print_logs "$3" ${lines:+--tail "$lines"}
    return
  fi
  # nobody tells that the operator has gone, but that this stdin ends
  trap 'kill "$child" 2>/dev/null || true; exit 0' TERM
  exec 3<&0
  { cat <&3 >/dev/null; kill $$ 2>/dev/null; } &
  watcher=$!
  while :; do
    print_logs "$3" ${lines:+--tail "$lines"} --follow ${since:+--since "$since"} &
    child=$!
    wait "$child" || true
    since=$(date +%s) before=$instance
    until [ ! -e slot ] || [ "$(cat slot)" != "$before" ] || "./instances/$before/running"; do sleep 1; done
    if [ ! -e slot ]; then
      kill "$watcher"
      return
    fi
    serving "$1" "$2"
    lines=
    # a successor is shown from its beginning
    [ "$instance" = "$before" ] || since=
  done
}
