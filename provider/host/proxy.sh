# shellcheck shell=bash
# The host's proxy: which instance serves. The file and the running process are changed together, the
# file first, so that a restart at any moment goes back to what is true.

# The instance that requests go to; none while the one that serves is parked.
serving() { # $1 service directory
  local slot parked
  slot=$(record "$1/slot")
  parked=$(record "$1/parked")
  if [ -n "$slot" ] && [ "$slot" != "$parked" ]; then printf '%s' "$slot"; fi
}

# $1 service directory, $2 container port: the loopback port behind it
target() {
  local live port=
  live=$(serving "$1")
  if [ -n "$live" ] && [ -e "$1/instances/$live/ports" ]; then
    port=$(awk -v wanted="$2" '$1 == wanted { print $2 }' "$1/instances/$live/ports")
  fi
  printf '%s' "${port:-$closed}"
}

proxy_ports() { # $1 service directory: the container ports that the proxy serves
  if [ -e "$1/listeners" ]; then grep -o 'server live 127.0.0.1:@[0-9]*@' "$1/listeners" | grep -o '@[0-9]*@' | tr -d @ | sort -nu; fi
}

# The weight of the only server says whether requests are held: the proxy's rules can read it, and the file has
# it as well as the running process.
weight() { if [ "$1" = "$closed" ]; then printf 2; else printf 1; fi; } # $1 loopback port

proxy_file() { # $1 service directory: its configuration, as it must be now
  local stack service address expression port to
  service=$(basename "$1")
  stack=$(basename "$(dirname "$1")")
  address=$(address_of "$stack" "$service")
  expression="s/@address@/$address/g"
  for port in $(proxy_ports "$1"); do
    to=$(target "$1" "$port")
    expression="$expression;s/@$port@/$to weight $(weight "$to")/g"
  done
  sed "$expression" "$1/listeners" | grep -vxFf <(taken_listeners "$1" | sed 's/^/    bind /')
}

write_proxy_file() { # $1 service directory
  local file
  if [ ! -e "$1/listeners" ]; then return 0; fi
  file=$proxies/$(basename "$(dirname "$1")").$(basename "$1").cfg
  proxy_file "$1" | replace "$file"
  # for a reading to tell at once whether somebody edited it
  sha256sum "$file" | replace "$1/digests"
}

# After a boot, before the proxy starts: a switch that lost its power may have come to the record and no further.
restore_proxy_files() {
  local listeners
  for listeners in "$base"/*/*/listeners; do
    if [ -e "$listeners" ]; then write_proxy_file "$(dirname "$listeners")"; fi
  done
}

ask_proxy() { # $1 command: its answer. The proxy may be restarting: it is back within a second.
  local answer attempt
  for ((attempt = 0; attempt < 50; attempt++)); do
    if answer=$(printf '%s\n' "$1" | socat -t 5 - "UNIX-CONNECT:$socket" 2>/dev/null); then
      printf '%s' "$answer"
      return 0
    fi
    sleep 0.1
  done
  return 1
}

apply_proxy() { # $1 service directory: what the records say, to the file and to the running proxy
  local port name server to answer
  write_proxy_file "$1"
  name=$(basename "$(dirname "$1")").$(basename "$1")
  for port in $(proxy_ports "$1"); do
    server=$name.$port/live
    to=$(target "$1" "$port")
    answer=$(ask_proxy "set server $server addr 127.0.0.1 port $to; set server $server weight $(weight "$to")") ||
      fail "the host's proxy does not answer on $socket: systemctl status containerhost-proxy"
    case $answer in
    *"changed from"* | *"no need to change"* | *"nothing changed"* | "") ;;
    *) fail "the host's proxy refused to switch $name.$port: $answer" ;;
    esac
  done
}

# Whoever put the server into maintenance by hand: it serves from here on. Its weight is set with its address.
ready_proxy() { # $1 service directory
  local port name
  name=$(basename "$(dirname "$1")").$(basename "$1")
  for port in $(proxy_ports "$1"); do
    ask_proxy "set server $name.$port/live state ready" >/dev/null ||
      fail "the host's proxy does not answer on $socket: systemctl status containerhost-proxy"
  done
}

# Waits until nothing talks to an instance any more, for at most $2 seconds and a part of one (bash counts
# whole ones). Connections on which something has come back already get $3: WebSockets and event streams never
# end by themselves, and an answer that has begun is at its end soon.
drain() { # $1 instance, $2 seconds, $3 seconds, as many by default
  local ports filter='' port connections until=$((SECONDS + ${2:-0})) soon=$((SECONDS + ${3:-${2:-0}}))
  ports=$(awk '{ print $2 }' "$(instance_dir "$1")/ports" 2>/dev/null || true)
  for port in $ports; do filter="$filter${filter:+ or }dport = :$port"; done
  if [ -z "$filter" ]; then return 0; fi
  while [ "$SECONDS" -le "$until" ]; do
    connections=$(ss -HtinO state established "( $filter )")
    if [ "$SECONDS" -gt "$soon" ]; then connections=$(grep -v bytes_received: <<<"$connections" || true); fi
    if [ -z "$connections" ]; then return 0; fi
    sleep 0.05
  done
}

# What answers that have begun get while others' requests are held.
stream_seconds=1

held() { # services whose requests are held, a line each
  local parked directory
  for parked in "$base"/*/*/parked; do
    directory=$(dirname "$parked")
    if [ -e "$parked" ] && [ -z "$(serving "$directory")" ]; then printf '%s\n' "$directory"; fi
  done
}

# Listeners are added while nothing is held: a held request stays in the proxy's old process and would
# never see the switch. The caller holds the host's lock, without which no hold begins.
reload_proxy() {
  local until=$((SECONDS + 60)) errors
  while [ -n "$(held)" ]; do
    if [ "$SECONDS" -ge "$until" ]; then
      fail "requests of another service are being held for more than 60 s, so the proxy cannot be reloaded: look at $(held)"
    fi
    # What they wait for is an instance that needs the lock to be made.
    host_unlock
    sleep 0.25
    host_lock
  done
  if ! errors=$(haproxy -c -q -f "$proxies" 2>&1); then fail "the proxy's configuration is not valid: $errors"; fi
  systemctl reload-or-restart containerhost-proxy.service ||
    fail "the proxy could not be reloaded: journalctl --namespace=+containerhost -u containerhost-proxy"
  # A reload answers when the new process serves, or failed to bind and the old one went on.
  ask_proxy 'show info' >/dev/null || fail "the host's proxy does not answer on $socket: systemctl status containerhost-proxy"
  rm -f "$base/staged"
  release_claims
}

# An address as ss and the proxy's configuration write it: `*` for all, IPv6 in brackets.
listening() {
  case $1 in
  0.0.0.0) printf '*' ;;
  *:*) printf '[%s]' "$1" ;;
  *) printf '%s' "$1" ;;
  esac
}

# One proxy fronts all stacks: it would listen twice and give each of them some of the requests.
other_stack() { # $1 stack, $2 address, $3 port: the file of another stack that has them
  find "$proxies" -name '*.cfg' ! -name "$1.*.cfg" -exec awk -v a="$(listening "$2")" -v p="$3" '
    function all(address) { return address == "*" || address == "[::]" }
    $1 == "bind" && $2 ~ /:/ {
      port = local = $2; sub(/.*:/, "", port); sub(/:[0-9]*$/, "", local)
      if (port == p && (local == a || all(a) || all(local)) && local !~ /^198\.19\./) { print FILENAME; exit }
    }' {} \; | head -n 1
}

foreign_listener() { # $1 address, $2 port: who listens there, when it is not our proxy
  ss -Hltnp "sport = :$2" | awk -v a="$(listening "$1")" '
    { local = $4; sub(/:[0-9]*$/, "", local) }
    (local == a || local == "0.0.0.0" || local == "*" || local == "[::]" || a == "*") && $0 !~ /"haproxy"/ { print $4 " " $6; exit }'
}

# Listeners of all services of a stack: staged one by one, then one reload, or none.
begin_listeners() {
  host_lock
  systemctl start containerhost-proxy.service || fail "the host's proxy does not start: journalctl --namespace=+containerhost -u containerhost-proxy"
}

add_service() { # $1 stack, $2 service, $3… published `address:port`; its listeners on stdin
  local directory=$base/$1/$2 name="$1 $2" content published taken
  content=$(cat)
  shift 2
  for published in "$@"; do
    if taken_listeners "$directory" | grep -qxF -- "$(listening "${published%:*}"):${published##*:}"; then continue; fi
    taken=$(foreign_listener "${published%:*}" "${published##*:}")
    if [ -n "$taken" ]; then fail "${name#* } publishes $published, which is taken by another process on the host: $taken. Stop it, or publish another port in compose.yaml"; fi
    taken=$(other_stack "${name% *}" "${published%:*}" "${published##*:}")
    if [ -n "$taken" ]; then fail "${name#* } publishes $published, which another stack on the host does as well: $taken. Publish another port in compose.yaml"; fi
  done
  # shellcheck disable=SC2086 # two words
  allocate_address $name
  mkdir -p "$directory/instances"
  if [ -z "$content" ]; then
    if [ -e "$directory/listeners" ]; then
      touch "$base/staged"
      rm -f "$directory/listeners" "$directory/digests" "$proxies/${name/ /.}.cfg"
    fi
    return 0
  fi
  if [ "$content" != "$(record "$directory/listeners")" ]; then
    touch "$base/staged"
    printf '%s\n' "$content" | replace "$directory/listeners"
  fi
  # Written anew also when only the file was changed by hand.
  if ! proxy_file "$directory" | cmp -s - "$proxies/${name/ /.}.cfg"; then
    touch "$base/staged"
    write_proxy_file "$directory"
  fi
}

# What the proxy and the host's registry have of a service without instances, and its records. The caller holds the
# host's lock, and has the proxy reloaded.
forget_service() { # $1 stack, $2 service
  local directory=$base/$1/$2
  if [ -e "$directory/listeners" ] || [ -e "$proxies/$1.$2.cfg" ]; then touch "$base/staged"; fi
  rm -f "$proxies/$1.$2.cfg"
  release_address "$1" "$2"
  rm -rf "$directory"
}

# A service that is declared no more, and whose first instance never came to be: it has no slot that would take its
# listeners along when it goes.
drop_services() { # $1 stack, $2… services that are declared
  local stack=$1 directory service
  shift
  for directory in "$base/$stack"/*/; do
    directory=${directory%/}
    service=${directory##*/}
    if [ ! -d "$directory" ] || [[ " $* " == *" $service "* ]] || [ -n "$(find "$directory" -mindepth 1 ! -name listeners ! -name digests ! -name instances -print -quit)" ]; then continue; fi
    forget_service "$stack" "$service"
  done
}

commit_listeners() {
  # Also what an earlier run had staged when it failed.
  if [ -e "$base/staged" ]; then reload_proxy; fi
  host_unlock
}

# What is left of a stack when all of its services are gone. Data under /srv/containerhost stays.
forget_stack() { # $1 stack, $2 account
  local directory networks
  host_lock
  for directory in "$base/$1"/*/; do
    if [ ! -d "$directory" ]; then continue; fi
    if [ -n "$(ls -A "$directory/instances" 2>/dev/null)" ]; then fail "$directory still has instances: they were not deleted"; fi
    forget_service "$1" "$(basename "$directory")"
  done
  rm -rf "${base:?}/$1"
  networks=$(docker network ls --quiet --filter "label=containerhost.stack=$1")
  if [ -n "$networks" ]; then xargs docker network rm <<<"$networks" >/dev/null; fi
  networks=$(as_account "$2" podman network ls --quiet --filter "label=containerhost.stack=$1")
  if [ -n "$networks" ]; then as_account "$2" xargs podman network rm <<<"$networks" >/dev/null; fi
  reload_proxy
  host_unlock
}
