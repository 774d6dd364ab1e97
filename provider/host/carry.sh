# shellcheck shell=bash
# Named volumes of Docker or of the account's Podman, carried into the stack's own directory, and back.
#
#   volumes/<volume>/carried           <docker|podman> <name> <digest of the source then> <account>
#   volumes/<volume>/carried-mapping   under which ids the source's files are owned
#   volumes/<volume>/returned          there once the newest data is in the source again
#   volumes/.<volume>~<process>        a copy that is not whole: the next run begins anew
#
# A copy gets its name when it is whole, was compared with its source, and is on the disk.

# Prints `<engine> <directory>`, or nothing where no engine has the volume.
find_source() { # $1 volume of an engine, $2 account
  local docker='' podman='' engine name driver options directory
  docker=$(docker volume ls --quiet) || fail "docker does not answer: systemctl status docker"
  podman=$(as_account "$2" podman volume ls --quiet) || fail "podman does not answer for $2: loginctl user-status $2"
  docker=$(grep -xF -- "$1" <<<"$docker") || docker=
  podman=$(grep -xF -- "$1" <<<"$podman") || podman=
  if [ -n "$docker" ] && [ -n "$podman" ]; then
    fail "the volume $1 is in Docker and in Podman, expected one of them: remove or rename the one that is not meant"
  fi
  engine=docker name=$docker
  if [ -n "$podman" ]; then engine=podman name=$podman; fi
  if [ -z "$name" ]; then return 0; fi
  read -r driver options directory < <(engine_volume "$engine" "$2" inspect --format '{{.Driver}} {{len .Options}} {{.Mountpoint}}' "$1")
  if [ "$driver" != local ] || [ "$options" != 0 ]; then
    fail "the volume $1 of $engine has the driver $driver with $options options, expected local without any: copy it by hand"
  fi
  if [ -L "$directory" ] || [ ! -d "$directory" ]; then fail "the volume $1 of $engine has no folder at $directory"; fi
  printf '%s %s' "$engine" "$directory"
}

engine_volume() { # $1 engine, $2 account, $3… arguments of its `volume`
  local engine=$1 account=$2
  shift 2
  if [ "$engine" = docker ]; then docker volume "$@"; else as_account "$account" podman volume "$@"; fi
}

# Containers that have the volume, running or (`all`) not.
source_users() { # $1 engine, $2 account, $3 volume, $4 all|running
  local list=(ps --filter "volume=$3" --format '{{.Names}}')
  if [ "$4" = all ]; then list+=(--all); fi
  if [ "$1" = docker ]; then docker "${list[@]}"; else as_account "$2" podman "${list[@]}"; fi
}

refuse_users() { # $1 engine, $2 account, $3 volume, $4 all|running, $5 what to do
  local users
  users=$(source_users "$1" "$2" "$3" "$4") || fail "$1 does not answer"
  if [ -n "$users" ]; then fail "the volume $3 of $1 is in use by ${users//$'\n'/, }: $5"; fi
}

source_digest() { list_data "$1" - /dev/null | b2sum -l 256 | cut -d' ' -f1; } # $1 directory

# Enough room for all of it, with a little left for everybody else.
expect_space() { # $1 source, $2 directory that it goes to
  local needed free
  needed=$(du -sB1 -- "$1" | cut -f1) || return 1
  free=$(df -B1 --output=avail "$2" | tail -n 1) || return 1
  if [ "$free" -lt $((needed + needed / 20 + 16777216)) ]; then
    fail "no space for a copy of $1: found $((free / 1048576)) MiB free at $2, expected $((needed / 1048576)) MiB and a little more"
  fi
}

# Everything that a file is: owners by number, modes, times, extended attributes and lists, holes, hard links.
# Then the two are compared, each byte of them.
copy_tree() { # $1 source, $2 copy, a directory that exists
  local watch flushing flushed differs
  { while sleep 5; do say "copied $(du -sm -- "$2" | cut -f1) of $(du -sm -- "$1" | cut -f1) MiB"; done; } 7>&- 8>&- 9>&- >/dev/null &
  watch=$!
  # The kernel would leave it in memory for long, and write all of it at the end.
  { while sleep 0.5; do sync -f "$2"; done; } 7>&- 8>&- 9>&- >/dev/null &
  flushing=$!
  cp -dR --preserve=mode,ownership,timestamps,links,xattr --sparse=auto -- "$1/." "$2/" || {
    kill "$watch" "$flushing" 2>/dev/null
    printf 'containerhost: %s could not be copied: is the disk full? %s\n' "$1" "$(df -h --output=avail,target "$2" | tail -n 1)" >&2
    return 1
  }
  kill "$watch" "$flushing" 2>/dev/null || true
  # The rest of it while it is compared.
  sync -f "$2" &
  flushed=$!
  differs=$(compare_trees "$1" "$2") || return 1
  if [ -n "$differs" ]; then
    printf 'containerhost: the copy differs from %s, so something writes there: stop it. First differences: %s\n' "$1" "${differs//$'\n'/, }" >&2
    return 1
  fi
  wait "$flushed"
}

# What a file is, as rsync sees it, without the contents; and these byte by byte, which is quicker than hashing both.
compare_trees() { # $1 source, $2 copy: prints the first differences, or nothing
  local rsync meta contents
  exec {rsync}< <(rsync -aHAX --numeric-ids --modify-window=-1 --delete --dry-run --itemize-changes -- "$1/" "$2/")
  contents=$(LC_ALL=C diff -rq --no-dereference -- "$1" "$2") || [ $? = 1 ] || return 1
  meta=$(cat <&"$rsync")
  exec {rsync}<&-
  wait "$!" || return 1
  # Of pipes and devices it says what they are, also where both are alike: rsync has compared them.
  printf '%s\n%s\n' "$meta" "$contents" | sed -E '/^$/d; /^File .* is an? .* while file .* is an? /d' | head -n 3
}

# Makes the stack's volume of what an engine's volume holds. Can be run again: what is done stays done.
carry_volume() { # $1 stack, $2 volume, $3 the engine's volume, $4 account, $5 keep|remove; mappings on stdin, `<engine> ` before each line
  stack=$1
  mkdir -p "$srv/$1/volumes"
  with_lock "$srv/$1/volumes/$2" carry_volume_locked "$srv/$1/volumes/$2" "${@:3}" || exit 1
}

carry_volume_locked() {
  local directory=$1 name=$2 account=$3 fate=$4 mappings engine='' source='' staging carried known found
  mappings=$(cat)
  known=$(known_data volume "$directory")
  staging=$(beside "$directory")
  # of this volume only, whose lock is held: another's may be at work
  rm -rf "${directory%/*}/.${directory##*/}"~*
  found=$(find_source "$name" "$account") || exit 1
  read -r engine source <<<"$found" || true
  if [ -e "$directory/carried" ] && [ ! -e "$directory/returned" ]; then
    carried=$(cut -d' ' -f2 "$directory/carried")
    if [ "$carried" != "$name" ]; then
      fail "volume $(basename "$directory") holds what was carried from $carried, found $name declared: name $carried, or give this volume another name"
    fi
    if [ -n "$engine" ]; then settle_source "$directory" "$engine" "$source" "$fate"; fi
    return 0
  fi
  if [ ! -e "$directory/data" ] && lost_data "$directory"; then
    fail "$directory is not there, and held data: is the disk mounted (findmnt -T $srv)? What $name holds is older, and is not taken for it"
  fi
  if [ -z "$engine" ]; then fail "no volume $name in Docker, or in Podman of $account, expected one to carry in: correct name, or delete external to begin with an empty one"; fi
  if [ "$fate" = remove ]; then fail "volume $name was not carried yet, found x-source: remove: see that its data is right first, and remove it with a later pulumi up"; fi
  if [ ! -e "$directory/returned" ] && [ -n "$(find "$directory/data" -mindepth 1 -print -quit 2>/dev/null)" ]; then
    fail "volume $(basename "$directory") of the stack has data already, expected none to carry $name into: delete external, or give $name a volume of its own"
  fi
  refuse_users "$engine" "$account" "$name" running 'stop it first, and keep the volume (docker compose down, without --volumes)'
  expect_space "$source" "$srv"
  say "copying $(du -sm -- "$source" | cut -f1) MiB from $engine's volume $name"
  mkdir -m 0755 "$staging" && mkdir "$staging/data" || exit 1
  copy_tree "$source" "$staging/data" || {
    rm -rf "$staging"
    fail "volume $name was not carried: $engine has it as it was"
  }
  sed -n "s/^$engine //p" <<<"$mappings" | tee "$staging/mapping" >"$staging/carried-mapping"
  awk 'END { exit NR == 0 }' "$staging/mapping" || fail "no mapping for $engine"
  printf '%s %s %s %s\n' "$engine" "$name" "$(source_digest "$source")" "$account" >"$staging/carried"
  cat /proc/sys/kernel/random/uuid >"$staging/id"
  sync -f "$staging"
  if [ -e "$directory" ]; then
    found=$directory.$(date +%Y%m%d-%H%M%S)
    mv -T "$directory" "$found" || exit 1
    # Nothing was ever in it, or it went back and is kept.
    if rmdir "$found/data" 2>/dev/null; then rm -rf "$found"; else say "what was there before is kept as $found"; fi
  fi
  mv -T "$staging" "$directory" || exit 1
  sync -f "$directory"
  if [ -e "$known" ]; then : >"$known.accepted"; fi
  say "carried: $engine's volume $name stays as it is, as the way back"
}

# The source was carried before: it is as it was then, or somebody is told. It goes when the stack says so.
settle_source() { # $1 the stack's volume, $2 engine, $3 source directory, $4 keep|remove
  local engine name digest account
  read -r engine name digest account <"$1/carried"
  if [ "$2" != "$engine" ]; then fail "volume $name was carried from $engine, and $2 has one of this name now: remove or rename it"; fi
  if [ "$(source_digest "$3")" != "$digest" ]; then
    fail "$engine's volume $name was written since it was carried, and the stack's volume goes on without that: put what is wanted into $1/data by hand, then: containerhost carried $stack $(basename "$1")"
  fi
  if [ "$4" = keep ]; then return 0; fi
  refuse_users "$engine" "$account" "$name" all 'remove it first (docker compose down, without --volumes)'
  if [ -z "$(find "$1/data" -mindepth 1 -print -quit)" ] && [ -n "$(find "$3" -mindepth 1 -print -quit)" ]; then
    fail "volume $(basename "$1") of the stack is empty, and $engine's volume $name is not: it is not removed"
  fi
  engine_volume "$engine" "$account" rm "$name" >/dev/null || fail "$engine did not remove the volume $name"
  say "removed $engine's volume $name"
}

# `containerhost carried STACK VOLUME`: the operator has seen what was written into the source since.
accept_source() { # $1 stack, $2 volume
  local directory=$srv/$1/volumes/$2 engine name digest account found
  read -r engine name digest account <"$directory/carried" || fail "volume $2 of $1 was not carried"
  found=$(find_source "$name" "$account") || exit 1
  digest=$(source_digest "${found#* }") || exit 1
  printf '%s %s %s %s\n' "$engine" "$name" "$digest" "$account" | replace "$directory/carried"
}

# `containerhost carry-back STACK VOLUME`: the engine's own volume gets what the stack's holds now. What it held
# before is kept beside it, and so is the stack's.
carry_back() { # $1 stack, $2 volume
  stack=$1
  if [ ! -e "$srv/$1/volumes/$2/carried" ]; then fail "volume $2 of $1 was not carried from anywhere"; fi
  with_lock "$srv/$1/volumes/$2" carry_back_locked "$srv/$1/volumes/$2" || exit 1
}

carry_back_locked() {
  local directory=$1 engine name digest account found source staging kept instance
  read -r engine name digest account <"$directory/carried"
  if [ -e "$directory/returned" ]; then fail "volume $(basename "$directory") went back to $engine's $name already"; fi
  for instance in "$base/$stack"/*/instances/*/; do
    if grep -qE " $directory\$" "$instance/volumes" 2>/dev/null && "$instance/running" >/dev/null 2>&1; then
      fail "$(basename "$instance") has the volume and runs: stop the stack first (pulumi destroy keeps the data)"
    fi
  done
  if [ -e "$directory/shift/plan" ]; then apply_shift "$directory" || exit 1; fi
  bring_source_back "$engine" "$account" "$name"
  found=$(find_source "$name" "$account") || exit 1
  if [ "${found%% *}" != "$engine" ]; then fail "$engine has no volume $name any more: make it (volume create), then try again"; fi
  source=${found#* }
  refuse_users "$engine" "$account" "$name" running 'stop it first'
  # An empty one was made anew: there is nothing in it to lose.
  if [ -n "$(find "$source" -mindepth 1 -print -quit)" ] && [ "$(source_digest "$source")" != "$digest" ]; then
    fail "$engine's volume $name was written since it was carried: both have newer data. Look at it, then: containerhost carried $stack $(basename "$directory")"
  fi
  staging=$(dirname "$source")/.carrying
  rm -rf "$staging"
  expect_space "$directory/data" "$(dirname "$source")"
  mkdir -m 0755 "$staging" && mkdir "$staging/data" || exit 1
  if ! copy_tree "$directory/data" "$staging/data" || ! cp "$directory/mapping" "$staging/mapping"; then
    rm -rf "$staging"
    fail "volume $(basename "$directory") was not carried back: $engine's $name is as it was"
  fi
  own_volume_locked "$staging" 0 0 <"$directory/carried-mapping" || exit 1
  if [ "$(list_data "$staging/data" "$staging/mapping" /dev/null | b2sum)" != "$(list_data "$directory/data" "$directory/mapping" /dev/null | b2sum)" ]; then
    fail "the owners in the copy at $staging are not those of $directory/data"
  fi
  sync -f "$staging"
  # a name of its own, also for the second time within a second
  kept=$source.before-$(date +%Y%m%d-%H%M%S.%N)
  mv -T "$source" "$kept" && mv -T "$staging/data" "$source" || exit 1
  date +%s | replace "$directory/returned"
  rm -rf "$staging"
  sync -f "$source"
  echo "$engine's volume $name has what $directory/data holds; what it held before is kept as $kept"
}

# Cut short between the two renames, the engine's volume has no folder for a moment.
bring_source_back() { # $1 engine, $2 account, $3 volume
  local source kept newest=
  source=$(engine_volume "$1" "$2" inspect --format '{{.Mountpoint}}' "$3" 2>/dev/null) || return 0
  if [ -e "$source" ]; then return 0; fi
  # in the order of their times: the last is what was there just before
  for kept in "$source".before-*; do
    if [ -e "$kept" ]; then newest=$kept; fi
  done
  if [ -n "$newest" ]; then mv -T "$newest" "$source"; fi
}

# One line for each of the stack's volumes that was carried in and holds its newest data, or that a service had.
read_carried() { # $1 stack
  local directory
  for directory in "$srv/$1"/volumes/*/; do
    directory=${directory%/}
    if [ -e "$directory/carried" ] && [ ! -e "$directory/returned" ]; then basename "$directory"; fi
  done
  # Not to be seen is not to be gone: another part says so, and nothing older takes its place.
  stack=$1
  for directory in "$base/.data/$1"/volume.*; do
    case $directory in *.accepted | *'*') continue ;; esac
    if [ ! -e "$srv/$1/volumes/${directory##*/volume.}/returned" ]; then printf '%s\n' "${directory##*/volume.}"; fi
  done
}
