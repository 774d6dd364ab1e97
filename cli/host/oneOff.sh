# shellcheck shell=bash
# Watches over a one-off while the operator is there: tells what it needs, and clears up once this stdin ends,
# for whatever reason.

# At once: nobody waits for it any more. Docker kills it by itself; Podman would ask it first, for ten seconds.
take_away() { # $1 name
  if [ "$runtime" = podman ]; then set -- --time 0 "$1"; fi
  engine rm --force "$@" >/dev/null 2>&1 || true
}

watch_over() { # $1 name of the one-off
  local work attempt
  trap '' HUP PIPE INT TERM
  work=$(mktemp -d /var/tmp/cortex-run.XXXXXX)
  # what is in it is for the container's user, whoever that is; the name is nobody's to guess
  chmod 0711 "$work"
  printf 'work %s\n' "$work"
  awk '{ print "address", $2, $3, $1 }' /var/lib/containerhost/addresses 2>/dev/null || true
  printf 'runtime %s\ninstance %s\nready\n' "$runtime" "${instance:-}"
  cat >/dev/null
  # its client may still be about to make it
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    take_away "$1"
    if [ ! -e "$work/pid" ] || ! kill "$(cat "$work/pid")" 2>/dev/null; then break; fi
    sleep "0.$attempt"
  done
  take_away "$1"
  rm -rf "$work"
}
