# shellcheck shell=bash
# Which instance of a service serves, by the host's own records: it may not be the one of Pulumi's state.

fail() {
  printf 'cortex: %s\n' "$*" >&2
  exit 125
}

# shellcheck disable=SC2034 # for whoever calls it
serving() { # $1 stack, $2 service: sets instance and runtime, and goes to the service's records
  cd "/var/lib/containerhost/$1/$2" 2>/dev/null || fail "$2 is not on the host: cortex status"
  instance=$(cat slot 2>/dev/null || true)
  [ -n "$instance" ] || fail "no instance of $2 serves: cortex status"
  runtime=$(cat "instances/$instance/runtime")
}

must_run() { # $1 service
  "./instances/$instance/running" >/dev/null || fail "$1 does not run: cortex status"
}
