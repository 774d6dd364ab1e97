# shellcheck shell=bash
# What every operation on a host stands on: where records are, locks, failing.
#
#   /var/lib/containerhost/            root only
#     key                              keys the digests of secrets
#     addresses                        one line each: <virtual address> <stack> <service>
#     staged                           there while the proxy runs with other listeners than its files have
#     <stack>/<service>/
#       slot                           the instance that serves
#       parked                         the instance that waits, stopped, until its successor serves
#       deadline                       when the host brings the parked one back by itself (epoch seconds)
#       listeners                      the service's part of the proxy's configuration, with @port@ placeholders
#       instances/<name>/              native files, ports, and the verbs: check prepare start running healthy
#                                      stop restore remove logs
#   /srv/containerhost/<stack>/{volumes,projects}/<name>/{data,mapping}
#
#   /run/lock/containerhost/           host: held while addresses, ports or the proxy's listeners change;
#                                      <stack>.<service>: held during every change of the service
#
# Records are replaced by rename, so that a reader and a crash see the old or the new one. Until then they, and
# whatever else is half-done, are beside their place as .<name>~<process>.

base=/var/lib/containerhost
srv=/srv/containerhost
proxies=/etc/containerhost/haproxy
locks=/run/lock/containerhost
socket=/run/containerhost/admin.sock
docker_socket=/run/docker.sock
# Nothing listens here: a connection is refused at once, and the proxy tries again until its hold is over.
closed=1

# A lost connection must not end an operation half-way.
trap '' PIPE HUP

fail() {
  printf 'containerhost: %s\n' "$*" >&2 || true
  exit 1
}

# What fails without a word of its own is named by its line of script, which holds no value. Its first line
# only: what follows is its standard input, a secret maybe.
step_failed() { printf 'containerhost: a step failed that should not: %s\n' "${1%%$'\n'*}" >&2 || true; }
set -E
trap 'step_failed "$BASH_COMMAND"' ERR

# Progress for the person who waits; nobody may be left to read it.
say() {
  printf 'containerhost-progress: %s\n' "$*" >&2 || true
}

# Whether whoever asked for this is still there. By standard output: sshd keeps standard error open.
is_heard() { echo 2>/dev/null; }

# What is done to an instance, as a line of the journal, from which the receipt of a deployment is made. With
# its ports, because the proxy's log names no instance.
note() { # $1 create|switch|park|restore|remove, $2 begin|end|failed, $3 instance
  local directory runtime ports=
  directory=$(instance_dir "$3")
  runtime=$(record "$directory/runtime")
  if [ -e "$directory/ports" ]; then ports=$(tr ' \n' '=,' <"$directory/ports"); fi
  logger --tag containerhost -- "step $1 $2 $stack $service $3 ${runtime:--} ${ports:--}" 2>/dev/null || true
}

# Where a file or a folder is made that takes its place when it is whole: hidden, and named after who makes it.
beside() { printf '%s/.%s~%s' "${1%/*}" "${1##*/}" "$$"; } # $1 path

# $1 file, content on stdin
replace() {
  local temporary
  temporary=$(beside "$1")
  if ! cat >"$temporary"; then
    rm -f "$temporary"
    fail "cannot write $1: is the disk full? $(df -h --output=avail,target "$(dirname "$1")" | tail -n 1)"
  fi
  mv -f "$temporary" "$1"
}

# Removes what was made beside its place by somebody who did not live to put it there: killed, or without power.
sweep() { # $1… directories
  local directory left
  for directory; do
    for left in "$directory"/.*~*; do
      if [[ ${left##*~} =~ ^[0-9]+$ ]] && ! is_at_work "${left##*~}"; then rm -rf "$left"; fi
    done
  done
}

# After a boot, a number may be another's: whoever makes something here is a shell.
is_at_work() { # $1 process
  local command
  { read -r command <"/proc/$1/comm"; } 2>/dev/null && [[ $command == bash || $command == containerhost ]]
}

# What must be there after a loss of power, before something is done that relies on it: a file that was just renamed
# may be empty for half a minute, and its name may be gone.
to_disk() { # $1 file. Returns 1 when it cannot be.
  sync -- "$1" "${1%/*}" || {
    printf 'containerhost: %s cannot be brought to the disk\n' "$1" >&2
    return 1
  }
}

record() { # prints a record, or nothing
  if [ -e "$1" ]; then cat "$1"; fi
}

use_service() { # $1 stack, $2 service: sets $service_dir and holds its lock until the script ends
  stack=$1 service=$2
  service_dir=$base/$stack/$service
  mkdir -p "$locks"
  exec 9>"$locks/$stack.$service"
  flock -w 300 9 || fail "another change of $service is under way for more than 300 s: see who holds $locks/$stack.$service (fuser -v)"
  # shellcheck disable=SC2174 # the folders above are there, or named
  mkdir -p -m 0700 "$base/$stack" "$service_dir"
  mkdir -p "$service_dir/instances"
  sweep "$service_dir" "$service_dir"/instances/*
}

host_lock() {
  mkdir -p "$locks"
  exec 8>"$locks/host"
  flock -w 120 8 || fail "another change of this host's proxy or addresses is under way for more than 120 s: see who holds $locks/host (fuser -v)"
  sweep "$base" "$proxies"
}

# $1 what is locked, $2… a function and its arguments: runs it alone, in a shell of its own.
with_lock() {
  local name=${1//\//_}
  shift
  mkdir -p "$locks"
  (
    exec 7>"$locks/$name"
    flock -w 300 7 || fail "$name is in use for more than 300 s: see who holds $locks/$name (fuser -v)"
    "$@" 7>&-
  )
}

host_unlock() { exec 8>&-; }

instance_dir() { printf '%s/instances/%s' "$service_dir" "$1"; }

verb() { # $1 instance, $2 verb. What it starts must not inherit the locks.
  local directory
  directory=$(instance_dir "$1")
  if [ ! -x "$directory/$2" ]; then return 0; fi
  "$directory/$2" 8>&- 9>&- </dev/null
}

instances() { # names of the service's instances on this host
  local directory
  for directory in "$service_dir"/instances/*/; do
    if [ -d "$directory" ]; then basename "$directory"; fi
  done
}

expect_machine() { # $1 machine id
  local found
  found=$(cat /etc/machine-id)
  if [ "$found" = "$1" ]; then return 0; fi
  printf 'containerhost: this is another machine: its id is %s, expected %s\n' "$found" "$1" >&2
  # a status of its own: it is the one proof that what was on the other machine is gone (ssh/problem.ts)
  exit 78
}

put_file() { # $1 path, $2 mode, $3 owner, $4 group; base64 on stdin
  local directory
  directory=$(dirname "$1")
  if [ ! -d "$directory" ]; then install -d -o "$3" -g "$4" "$directory"; fi
  (umask 077 && base64 -d | replace "$1") || fail "cannot write $1"
  chown "$3:$4" "$1"
  chmod "$2" "$1"
}
