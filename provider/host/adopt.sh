# shellcheck shell=bash
# A container that somebody else started becomes an instance of a service while it runs, so that the first
# deployment is an ordinary rollout. What it needs beside the files of every instance:
#
#   instances/<container>/taken   `<address>:<port>` of the proxy's listeners that its engine has still
#   claim                         `<address> <port> <virtual address>:<port>`: where new connections are sent meanwhile
#
# It publishes nothing on loopback: a socket unit for each port relays to it (runtimes/adopted.ts).

# First of three steps: addresses and ports, before its files are rendered. Prints them as `reserve_instance` does.
reserve_adopted() { # $1 container, $2… container ports
  local name=$1 directory slot
  directory=$(instance_dir "$name")
  shift
  slot=$(record "$service_dir/slot")
  if [ -n "$slot" ] && [ "$slot" != "$name" ]; then fail "$service of $stack is served by $slot already: there is nothing to adopt. What else runs: cortex audit"; fi
  # shellcheck disable=SC2174 # the folders above are there, or named
  mkdir -p -m 0700 "$directory"
  host_lock
  allocate_address "$stack" "$service"
  if [ ! -e "$directory/ports" ]; then allocate_ports "$directory" "$@"; fi
  host_unlock
  sed "s/^/port $service /" "$directory/ports"
  printf 'address %s %s\n' "$service" "$(address_of "$stack" "$service")"
}

# A folder that the container has mounted becomes the stack's, in one step of the file system: the container goes on
# in it, and its engine finds it at the old place too, which is a link from then on.
adopt_data() { # $1 the stack's directory, $2 where it is, $3 what it was; its ids' mapping on stdin
  local directory=$1 source=$2
  if [ "$(readlink -- "$source")" = "$directory/data" ]; then
    cat >/dev/null
    return 0
  fi
  if [ -L "$source" ] || [ ! -d "$source" ]; then fail "$3 is at $source, which is no folder: it cannot be adopted"; fi
  if [ -n "$(find "$directory/data" -mindepth 1 -print -quit 2>/dev/null)" ]; then
    fail "$directory has data already, expected none to adopt $3 into: look at both, and move one of them away"
  fi
  mkdir -p "$directory"
  if [ "$(stat -c %d "$source")" != "$(stat -c %d "$directory")" ]; then
    fail "$3 is at $source, on another file system than $srv: it cannot be adopted while it is in use. Stop the project (docker compose down, without --volumes) and carry it in (external: true), or put $srv on the same file system"
  fi
  replace "$directory/mapping"
  rm -rf "$directory/data"
  ln -s "$directory/data" "$directory/data"
  mv --exchange --no-copy -T -- "$source" "$directory/data" || {
    rm -f "$directory/data" "$directory/mapping"
    fail "$3 at $source could not be moved to $directory/data"
  }
  sync -f "$directory"
}

# Second step. The files are in place; requests go to it as soon as the proxy knows it. `taken` and `claim` on stdin.
adopt_instance() { # $1 container
  local directory
  directory=$(instance_dir "$1")
  cat >"$directory/published"
  awk '{ print ($1 == "0.0.0.0" ? "*" : $1) ":" $2 }' "$directory/published" | replace "$directory/taken"
  awk -v address="$(address_of "$stack" "$service")" '{ print $1, $2, address ":" $3 }' "$directory/published" | replace "$service_dir/claim"
  # The engine that deploys does not know it: who serves next removes it.
  touch "$directory/forgotten"
  printf '%s' "$1" | replace "$service_dir/slot"
  note create end "$1"
}

# Third step, when the proxy listens: its relays, the names that it calls, and then the ports that it published.
serve_adopted() { # $1 container
  verb "$1" start >&2 || fail "$1 could not be adopted: run $(instance_dir "$1")/start on the host to see why. It runs as it did"
  redirect_ports
}

# New connections to ports that an engine has go to the proxy; those that are open stay where they are. Not kept
# over a reboot, after which the engine has the ports as before.
redirect_ports() {
  local address port to
  if [ ! -e "$service_dir/claim" ]; then return 0; fi
  while read -r address port to; do
    each_redirect "$address" "$port" "$to" add_redirect
  done <"$service_dir/claim"
}

add_redirect() { iptables -w -t nat -C "$@" 2>/dev/null || iptables -w -t nat -I "$@" || fail "new connections could not be sent to the proxy: iptables -t nat -I $*"; }

delete_redirect() { while iptables -w -t nat -D "$@" 2>/dev/null; do :; done; }

each_redirect() { # $1 address, $2 port, $3 where to, $4 a function: given the arguments of iptables after -I, -C or -D
  local chain where=(-d "$1")
  # A virtual address is one of the host's, too.
  if [ "$1" = 0.0.0.0 ]; then where=(-m addrtype --dst-type LOCAL ! -d 198.19.0.0/16); fi
  for chain in OUTPUT PREROUTING; do
    "$4" "$chain" "${where[@]}" -p tcp --dport "$2" -m comment --comment "containerhost $stack.$service" -j DNAT --to-destination "$3"
  done
}

# What the adopted container had is the proxy's, once the container is gone: in its file at once, in the running
# process with its next reload or start. A reload of its own would close connections that clients keep.
claim_ports() {
  if [ ! -e "$service_dir/claim" ] || compgen -G "$service_dir/instances/*/taken" >/dev/null; then return 0; fi
  write_proxy_file "$service_dir"
}

# After a reload the proxy has these ports itself.
release_claims() {
  local claim address port to stack service
  for claim in "$base"/*/*/claim; do
    if [ ! -e "$claim" ] || compgen -G "$(dirname "$claim")/instances/*/taken" >/dev/null; then continue; fi
    service=$(basename "$(dirname "$claim")")
    stack=$(basename "$(dirname "$(dirname "$claim")")")
    while read -r address port to; do
      each_redirect "$address" "$port" "$to" delete_redirect
    done <"$claim"
    rm -f "$claim"
  done
}

# Listeners that a container has until it is gone: $1 service directory
taken_listeners() { cat "$1"/instances/*/taken 2>/dev/null || true; }
