# shellcheck shell=bash
# What runs on a host that this project may never have touched. Only reads: nothing is written, installed, started
# or stopped, and no tool is needed but those that manage what is found. Sections, each begun by `=== <name>`.

# With root's eyes where sudo asks for no password, with the login's own otherwise.
if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then exec sudo -n bash -c "${audit:?}"; fi

# An engine that hangs is one that does not answer. Nobody reads what the loops below read.
bounded() { timeout 20 "$@" </dev/null; }

# An engine answers, is not there, or does not let us look. $1 engine, $2 account, $3… its command
audit_engine() {
  local engine=$1 account=$2 ids said
  shift 2
  echo "=== engine $engine $account"
  if ! command -v "$engine" >/dev/null; then
    echo absent
    return
  fi
  if ! ids=$("$@" ps --all --quiet --no-trunc 2>&1); then
    said=${ids//$'\n'/ }
    echo "denied ${said:0:200}"
    return
  fi
  echo ok
  # shellcheck disable=SC2086 # one word for each
  if [ -n "$ids" ]; then "$@" inspect --type container $ids 2>/dev/null; fi
}

# In the account's own session. Where there is none, nothing of it runs under systemd or Podman's care.
as_user() { # $1 uid, $2 name, $3 home, $4…
  local uid=$1 name=$2 home=$3
  shift 3
  if [ "$(id -u)" = "$uid" ]; then
    (cd / && bounded env XDG_RUNTIME_DIR="/run/user/$uid" "$@")
  else
    (cd / && bounded runuser -u "$name" -- env HOME="$home" XDG_RUNTIME_DIR="/run/user/$uid" "$@")
  fi
}

audit_units() { # $1 account, $2… systemctl
  echo "=== units $1"
  shift
  "$@" show --no-pager \
    --property=Id,Description,FragmentPath,ActiveState,SubState,MainPID,UnitFileState,ControlGroup,ActiveEnterTimestampMonotonic,ExecStart '*.service' 2>/dev/null || true
}

audit_host() {
  local uid name home directory networks network process
  echo "=== host"
  printf 'uid %s\nname %s\nnow %s\nuptime %s\n' "$(id -u)" "$(uname -n)" "$(date +%s)" "$(cut -d' ' -f1 /proc/uptime)"
  audit_engine docker - bounded docker
  # Asked only where there is something: podman makes its folders when it is asked.
  if [ "$(id -u)" = 0 ] && [ -d /var/lib/containers/storage ]; then audit_engine podman root bounded podman; fi
  audit_units - bounded systemctl
  while IFS=: read -r name _ uid _ _ home _; do
    directory=/run/user/$uid
    if [ "$uid" -lt 1000 ] || [ "$uid" = 65534 ] || [ ! -d "$directory" ]; then continue; fi
    if [ "$(id -u)" != 0 ] && [ "$(id -u)" != "$uid" ]; then continue; fi
    if [ -d "$home/.local/share/containers/storage" ] && [ -d "$directory/libpod" ]; then
      audit_engine podman "$name" as_user "$uid" "$name" "$home" podman
    fi
    if [ -S "$directory/systemd/private" ]; then audit_units "$name" as_user "$uid" "$name" "$home" systemctl --user; fi
  done < <(getent passwd)
  echo "=== listeners"
  ss -Hltnp
  echo "=== processes"
  ps -eww -o pid=,ppid=,user:32=,etimes=,cgroup:512=,args=
  echo "=== namespaces"
  networks=$(stat -L -c '%i %n' /proc/[0-9]*/ns/net 2>/dev/null)
  printf '%s\n' "$networks"
  # the connections of each network on the host, as its kernel tells of them
  sort -n -u -k1,1 <<<"$networks" | while read -r network process; do
    echo "=== sockets $network"
    cat "${process%/ns/net}/net/tcp" "${process%/ns/net}/net/tcp6" 2>/dev/null
  done
  echo "=== end"
}
audit_host
