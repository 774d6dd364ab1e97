# shellcheck shell=bash
# The life of an instance. Every function here holds the lock of its service.

remove_instance() { # $1 instance. Tolerates what is not there.
  local directory
  directory=$(instance_dir "$1")
  if [ ! -d "$directory" ]; then return 0; fi
  note remove begin "$1"
  if verb "$1" running >/dev/null 2>&1; then drain "$1" "$(record "$directory/drain")"; fi
  verb "$1" remove >&2 || fail "instance $1 could not be removed: run $directory/remove on the host to see why"
  rm -rf "$directory"
  note remove end "$1"
}

# Instances of a killed or reverted run: nobody names them, and they may hold ports or be a second writer.
remove_orphans() {
  local name slot parked
  slot=$(record "$service_dir/slot")
  parked=$(record "$service_dir/parked")
  for name in $(instances); do
    if [ "$name" != "$slot" ] && [ "$name" != "$parked" ]; then
      say "removing $name, which an earlier run left behind"
      remove_instance "$name"
    fi
  done
}

# Probes without a pause to speak of, rather than wait for an engine's own interval: requests may be waiting.
# One that was found down twenty times crashes, however often it is started again.
await_healthy() { # $1 instance, $2 seconds
  local until=$((SECONDS + $2)) down=0
  while true; do
    if verb "$1" healthy >/dev/null 2>&1; then return 0; fi
    if ! verb "$1" running >/dev/null 2>&1; then down=$((down + 1)); fi
    if [ "$down" -ge 20 ] || [ "$SECONDS" -ge "$until" ]; then return 1; fi
    sleep 0.1
  done
}

arm() { # $1 seconds from now: when the host brings the parked instance back by itself. Returns 1 without a timer.
  printf '%s' "$(($(date +%s) + $1))" | replace "$service_dir/deadline"
  # Also one that has run out and waits for our lock: it would bar the next from having its name.
  systemctl stop "$(timer_name).timer" "$(timer_name).service" 2>/dev/null || true
  systemd-run --quiet --collect --unit="$(timer_name)" --on-active="$1" --timer-property=AccuracySec=1s \
    --property=Restart=on-failure --property=RestartSec=10 \
    /usr/local/sbin/containerhost recover "$stack" "$service" 2>/dev/null
}

disarm() {
  rm -f "$service_dir/deadline"
  disarm_timer
}

# A dot, which no service has in its name: with a hyphen, two stacks could share a timer.
timer_name() { printf 'containerhost-recover-%s.%s' "$stack" "$service"; }

disarm_timer() { systemctl stop "$(timer_name).timer" 2>/dev/null || true; }

# Stops an instance, kept and barred from starting at boot, while its requests are held. Also once more, as
# the record of an unfinished parking does not say how far it went.
park() { # $1 instance. Returns 1 when it does not stop; it is parked all the same.
  local directory
  directory=$(instance_dir "$1")
  note park begin "$1"
  # Not between another's look for held ones and its reload of the proxy.
  host_lock
  printf '%s' "$1" | replace "$service_dir/parked"
  host_unlock
  to_disk "$service_dir/parked" || return 1
  apply_proxy "$service_dir"
  drain "$1" "$(record "$directory/drain")" "$stream_seconds"
  verb "$1" stop >&2 || return 1
  record_data "$1" || {
    printf 'containerhost: the data of instance %s could not be read\n' "$1" >&2
    return 1
  }
  note park end "$1"
}

is_single_writer() { [ "$(record "$(instance_dir "$1")/rollout")" = recreate ]; } # $1 instance

# Who has to be parked before an instance starts, if anybody: who is already, however well, or who serves where
# there may be only one.
predecessor() { # $1 instance
  local parked slot
  parked=$(record "$service_dir/parked")
  slot=$(record "$service_dir/slot")
  if [ -n "$parked" ]; then
    printf '%s' "$parked"
  elif [ -n "$slot" ] && [ "$slot" != "$1" ] && [ -d "$(instance_dir "$slot")" ] && { is_single_writer "$1" || is_single_writer "$slot"; }; then
    printf '%s' "$slot"
  fi
}

# Puts the parked instance back where it was: serving.
unpark() {
  local name
  name=$(record "$service_dir/parked")
  if [ -z "$name" ]; then return 0; fi
  own_volumes "$name" || return 1
  # It writes again: what it had left is no measure any more.
  rm -f "$service_dir/data"
  verb "$name" restore >&2 || return 1
  await_healthy "$name" "$(record "$(instance_dir "$name")/health-deadline")" || return 1
  printf '%s' "$name" | replace "$service_dir/slot"
  rm -f "$service_dir/parked"
  # The engine takes it for deleted: whoever serves next clears it away.
  touch "$(instance_dir "$name")/forgotten"
  apply_proxy "$service_dir"
  note restore end "$name"
  disarm
}

# `volumes` of an instance: <rw|ro> <uid> <gid> <directory>, and the mapping of its runtime.
own_volumes() { # $1 instance
  local directory volume use uid gid
  directory=$(instance_dir "$1")
  if [ ! -e "$directory/volumes" ]; then return 0; fi
  while read -r use uid gid volume; do
    # Who only reads has no say in who owns.
    if [ "$use" = ro ] && [ -e "$volume/mapping" ]; then continue; fi
    # Never an empty folder in the place of a lost one: the disk may only not be mounted.
    if [ ! -e "$volume/data" ] && lost_data "$volume"; then
      printf 'containerhost: %s is not there: is the disk mounted (findmnt -T %s)?\n' "$volume" "$srv" >&2
      return 1
    fi
    own_volume "$volume" "$uid" "$gid" <"$directory/mapping" || return 1
  done <"$directory/volumes"
}

# First of the two steps of a creation: what the host alone can say, before unit files are rendered.
# Prints `port <container> <loopback>` and `address <service> <virtual address>`.
reserve_instance() { # $1 instance, $2… container ports
  local name=$1 directory
  directory=$(instance_dir "$name")
  shift
  finish_switch
  redirect_ports
  # A switch that was cut short may have left requests going to what the record names no more.
  apply_proxy "$service_dir"
  remove_orphans
  if [ -e "$directory" ]; then fail "$name is on this host already and serves: give the new instance another name"; fi
  # shellcheck disable=SC2174 # the folders above are there, or named
  mkdir -p -m 0700 "$directory"
  host_lock
  allocate_address "$stack" "$service"
  allocate_ports "$directory" "$@"
  host_unlock
  sed 's/^/port /' "$directory/ports"
  awk -v stack="$stack" '$2 == stack { print "address", $3, $1 }' "$base/addresses"
}

# Second step. The files are in place. Healthy, or gone again with the reason told. Requests are held from
# the parking of a predecessor until its successor serves: whatever can be done before is done before.
start_instance() { # $1 instance
  local name=$1 directory before deadline
  directory=$(instance_dir "$name")
  if [ ! -e "$directory/ports" ]; then
    remove_instance "$name"
    fail "$name had its addresses taken back, because its deployment paused for too long: run pulumi up again"
  fi
  note create begin "$name"
  # From here on there is something to remove, by the files that say how.
  find "$service_dir" ! -name claim ! -name '.*~*' -exec sync -- {} + || give_up "$name" 'its files could not be brought to the disk'
  verb "$name" prepare >&2 || give_up "$name" 'it was refused before it started'
  expect_data "$name" || give_up "$name" "its data is not what was there: $data_problems"
  deadline=$(record "$directory/health-deadline")
  before=$(predecessor "$name")
  if [ -n "$before" ]; then
    is_heard || give_up "$name" "$deserted"
    arm "$(record "$(instance_dir "$before")/patience")" || give_up "$name" "$no_timer"
    park "$before" || give_up "$name" "its predecessor did not stop (run $(instance_dir "$before")/stop on the host to see why)"
    arm "$((deadline + 60))" || give_up "$name" "$no_timer"
  fi
  deliver_projects "$name" || give_up "$name" "the project's files could not be delivered"
  if [ ! -e "$service_dir/parked" ]; then rm -f "$service_dir/data"; fi
  own_volumes "$name" || give_up "$name" 'its data could not be made its own'
  compare_data "$name" || give_up "$name" "its data is not what its predecessor left: $data_problems"
  verb "$name" start >&2 || give_up "$name" 'it did not start'
  await_healthy "$name" "$deadline" || give_up "$name" "it was not healthy within $deadline s"
  take_data "$name" || give_up "$name" "it does not get its data: $data_problems"
  note create end "$name"
}

# Who waits is answered now, not after a way to the engine and back. From here on the host goes forward.
serve_successor() { # $1 instance
  if [ ! -e "$service_dir/parked" ]; then return 0; fi
  is_heard || give_up "$1" "$deserted"
  arm 30 || give_up "$1" "$no_timer"
  serve "$1"
}

no_timer='the host refused the timer that brings its predecessor back if this deployment dies'
deserted='its deployment died, or the connection was lost'

# `deliveries/list` of an instance: <archive> <digest> <uid> <gid> <project directory>. Not before, because the
# predecessor may be writing there.
deliver_projects() { # $1 instance
  local directory archive digest uid gid project
  directory=$(instance_dir "$1")/deliveries
  if [ ! -e "$directory/list" ]; then return 0; fi
  while read -r archive digest uid gid project; do
    deliver_project "$project" "$digest" "$uid" "$gid" <"$directory/$archive" || return 1
  done <"$directory/list"
  rm -r "$directory"
}

serve() { # $1 instance: requests go to it from here on
  local before
  before=$(record "$service_dir/slot")
  printf '%s' "$1" | replace "$service_dir/slot"
  apply_proxy "$service_dir"
  ready_proxy "$service_dir"
  to_disk "$service_dir/slot" || exit 1
  if [ "$before" != "$1" ]; then note switch end "$1"; fi
}

give_up() { # $1 instance, $2 why
  local name=$1 reason=$2 logs='' parked outcome
  logs=$(verb "$name" logs 2>&1 | tail -n 20 || true)
  parked=$(record "$service_dir/parked")
  note create failed "$name"
  remove_instance "$name"
  if [ -n "$parked" ]; then
    if unpark; then
      outcome="$parked, its predecessor, serves again"
    else
      outcome="$parked, its predecessor, did not come back: run $(instance_dir "$parked")/logs on the host"
    fi
  else
    outcome='what served before serves on'
  fi
  if [ -n "$logs" ]; then printf 'containerhost-log: %s\n' "${logs//$'\n'/$'\n'containerhost-log: }" >&2 || true; fi
  fail "$name was taken away again: $reason; $outcome"
}

# The engine does not say that a delete is half of a replacement. The slot tells: while it names the
# instance, a successor is to come, which parks it when everything is ready. Until then it serves.
delete_instance() { # $1 instance
  if [ ! -d "$(instance_dir "$1")" ]; then
    # The service went with its slot: nothing of it is left but what was made to be locked.
    if [ "$(ls -A "$service_dir")" = instances ] && [ -z "$(instances)" ]; then rm -rf "$service_dir"; fi
    return 0
  fi
  finish_switch
  if [ "$(record "$service_dir/slot")" = "$1" ]; then
    # While it still serves: its successor could not be given what is not there.
    expect_data "$1" || fail "$1 was not stopped and serves on, because its data is not what was there: $data_problems"
    # More than an empty file: on a full disk the engine must not forget one that no successor can follow.
    printf 'its successor is awaited\n' | replace "$(instance_dir "$1")/forgotten"
  else
    remove_instance "$1"
  fi
}

# Requests go to another instance from here on; what waited for that is not needed any more.
switch_slot() { # $1 instance
  local parked name
  if [ ! -d "$(instance_dir "$1")" ]; then
    fail "instance $1 is not on the host any more: it was taken back because its deployment had died; run pulumi up again"
  fi
  parked=$(record "$service_dir/parked")
  if [ "$parked" = "$1" ]; then
    unpark || fail "$1 is parked and does not come back: run $(instance_dir "$1")/logs on the host"
    return 0
  fi
  serve "$1"
  finish_switch
  disarm
  # The engine forgot one that came back, and one whose container somebody removed. A predecessor that still
  # runs is the engine's to delete.
  for name in $(instances); do
    if [ "$name" = "$1" ]; then continue; fi
    if [ -e "$(instance_dir "$name")/forgotten" ] || ! verb "$name" running >/dev/null 2>&1; then remove_instance "$name"; fi
  done
  claim_ports
}

# A switch was made when the slot names another than the parked one: what is left is to clear that away.
finish_switch() {
  local parked slot
  parked=$(record "$service_dir/parked")
  slot=$(record "$service_dir/slot")
  # one that names nobody was not written to its end
  if [ -z "$parked" ] || [ -z "$slot" ] || [ "$slot" = "$parked" ]; then return 0; fi
  apply_proxy "$service_dir"
  to_disk "$service_dir/slot" || exit 1
  remove_instance "$parked"
  # in this order: without the one who left it, nothing would take it for old
  rm -f "$service_dir/data" "$service_dir/parked"
  disarm
}

# What a reading found that nobody names. Named again here, because it was found some time ago.
remove_strays() { # $@ instances
  local name
  for name in "$@"; do
    if [ "$name" != "$(record "$service_dir/slot")" ] && [ "$name" != "$(record "$service_dir/parked")" ]; then
      say "removing $name, which an earlier run left behind"
      remove_instance "$name"
    fi
  done
}

# Everything of a service, when the service goes.
delete_slot() {
  local name
  rm -f "$service_dir/slot"
  disarm
  for name in $(instances); do remove_instance "$name"; done
  rm -f "$service_dir/parked"
  host_lock
  if [ -e "$service_dir/listeners" ]; then
    touch "$base/staged"
    rm -f "$service_dir/listeners" "$proxies/$stack.$service.cfg"
  fi
  if [ -e "$base/staged" ]; then reload_proxy; fi
  release_address "$stack" "$service"
  rm -rf "$service_dir"
  host_unlock
}

# Nobody is left to finish a deployment: the unfinished successor goes, the parked one serves again.
recover_service() { # $1 `now` after a boot, else only past the deadline
  local parked name deadline
  deadline=$(record "$service_dir/deadline")
  if [ -e "$service_dir/parked" ] && [ "${1:-}" != now ] && [ "$(date +%s)" -lt "${deadline:-0}" ]; then
    fail "$(record "$service_dir/parked") waits for its successor until $(date -d "@$deadline")"
  fi
  finish_switch
  parked=$(record "$service_dir/parked")
  if [ -z "$parked" ]; then return 0; fi
  for name in $(instances); do
    if [ "$name" != "$parked" ]; then remove_instance "$name"; fi
  done
  unpark || fail "$parked did not come back: run $(instance_dir "$parked")/logs"
}
