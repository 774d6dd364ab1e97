# shellcheck shell=bash
# Virtual addresses: one a service, on the loopback interface, the same under every runtime.
# 198.18.0.0/15 is set aside by RFC 2544 and never routed, so that it meets no network of the host's.

address_of() { # $1 stack, $2 service
  awk -v stack="$1" -v service="$2" '$2 == stack && $3 == service { print $1 }' "$base/addresses" 2>/dev/null || true
}

allocate_address() { # $1 stack, $2 service. The caller holds the host's lock.
  local address
  touch "$base/addresses"
  address=$(address_of "$1" "$2")
  if [ -z "$address" ]; then
    address=$(awk '
      { taken[$1] = 1 }
      END { for (i = 0; i < 256; i++) for (j = 1; j < 255; j++) { a = "198.19." i "." j; if (!(a in taken)) { print a; exit } } }' "$base/addresses")
    { cat "$base/addresses" && printf '%s %s %s\n' "$address" "$1" "$2"; } | replace "$base/addresses"
  fi
  ip address replace "$address/32" dev lo
}

release_address() { # $1 stack, $2 service. The caller holds the host's lock.
  local address
  address=$(address_of "$1" "$2")
  if [ -z "$address" ]; then return 0; fi
  awk -v address="$address" '$1 != address' "$base/addresses" | replace "$base/addresses"
  ip address delete "$address/32" dev lo 2>/dev/null || true
}

restore_addresses() { # after a boot
  local address rest
  if [ ! -e "$base/addresses" ]; then return 0; fi
  while read -r address rest; do ip address replace "$address/32" dev lo; done <"$base/addresses"
  : "$rest"
}

# Loopback ports that instances publish on, from one registry of the host: the files of all instances.
allocate_ports() { # $1 instance directory, $2… container ports. The caller holds the host's lock.
  local directory=$1 wanted taken port next=20000
  shift
  taken=$({ cat "$base"/*/*/instances/*/ports 2>/dev/null || true; ss -Hltn | awk '{ sub(/.*:/, "", $4); print "listening", $4 }'; } | awk '{ print $2 }' | sort -nu)
  for wanted in "$@"; do
    port=$(awk -v next_port="$next" '{ taken[$1] = 1 } END { for (p = next_port; p < 30000; p++) if (!(p in taken)) { print p; exit } }' <<<"$taken")
    if [ -z "$port" ]; then fail "no loopback port is left between 20000 and 29999"; fi
    printf '%s %s\n' "$wanted" "$port"
    next=$((port + 1))
  done | replace "$directory/ports"
}
