# shellcheck shell=bash
# Data lies in directories that either runtime bind-mounts. Only the owners' ids differ: a runtime maps
# the container's ids to the host's, written here as the kernel writes /proc/<pid>/uid_map
# (<container> <host> <count>), once with `uid` and once with `gid` before it.

# awk's, for whoever has to do with ids. A map is loaded from a file; an id that it does not hold gives -1.
# shellcheck disable=SC2016 # awk's
map_ids='
  function load(file, map,   line, f, n) {
    n = 0
    while ((getline line < file) > 0) { split(line, f, " "); n++; map[n, "kind"] = f[1]; map[n, "c"] = f[2]; map[n, "h"] = f[3]; map[n, "n"] = f[4] }
    map["size"] = n
  }
  function inside(map, id, kind,   i) { # host id -> container id
    for (i = 1; i <= map["size"]; i++)
      if (map[i, "kind"] == kind && id >= map[i, "h"] && id < map[i, "h"] + map[i, "n"]) return map[i, "c"] + id - map[i, "h"]
    return -1
  }
  function outside(map, id, kind,   i) {
    for (i = 1; i <= map["size"]; i++)
      if (map[i, "kind"] == kind && id >= map[i, "c"] && id < map[i, "c"] + map[i, "n"]) return map[i, "h"] + id - map[i, "c"]
    return -1
  }'

# Plans `<uid> <gid> <new uid> <new gid>` for each pair of owners found, or fails before anything changes.
plan_shift() { # $1 data directory, $2 old mapping, $3 new mapping
  find "$1" -printf '%U %G\n' | sort -u | awk -v old="$2" -v new="$3" "$map_ids"'
    BEGIN { load(old, from); load(new, to) }
    {
      u = outside(to, inside(from, $1 + 0, "uid"), "uid"); g = outside(to, inside(from, $2 + 0, "gid"), "gid")
      if (u < 0 || g < 0) { print "owner " $1 ":" $2 " has no place in the other runtime" > "/dev/stderr"; bad = 1; exit }
      if (u != $1 || g != $2) print $1, $2, u, g
    }
    END { exit bad }'
}

# The lists are complete before the first owner changes, so that a shift cut short is finished, never
# done twice: each file is named once, with the owner it gets.
apply_shift() { # $1 volume directory
  local uid gid new_uid new_gid entry over
  while read -r uid gid new_uid new_gid; do
    xargs -0 -r chown -h "$new_uid:$new_gid" -- <"$1/shift/$uid.$gid" || return 1
  done <"$1/shift/plan" || return 1
  # chown takes set-id bits away.
  while IFS= read -r -d '' entry; do chmod "${entry%% *}" -- "${entry#* }" || return 1; done <"$1/shift/modes"
  restore_capabilities "$1/shift" || return 1
  # Not there any more: cut short right after this.
  if [ -e "$1/shift/mapping" ]; then mv -f "$1/shift/mapping" "$1/mapping" || return 1; fi
  # at once, as it came: a part of it could neither be finished nor be told from a whole one
  over=$(beside "$1/shift")
  rm -rf "$over"
  mv -T "$1/shift" "$over" && rm -rf "$over"
}

# chown takes capabilities away, too. They are kept as they are, on empty files: a namespace that does not own
# them ignores them, and they are there again on the way back.
keep_capabilities() { # $1 data directory, $2 folder of the shift
  local file n=0
  mkdir "$2/capabilities" || return 1
  while IFS= read -r file; do
    file=${file% cap_*}
    if [ ! -f "$file" ]; then
      printf 'containerhost: the capabilities of a file at %s cannot be kept: give it a name of one line\n' "$file" >&2
      return 1
    fi
    cp --attributes-only --preserve=xattr -- "$file" "$2/capabilities/$n" && printf '%s\0' "$file" >>"$2/capable" || return 1
    n=$((n + 1))
  done < <(getcap -r "$1" 2>/dev/null)
}

restore_capabilities() { # $1 folder of the shift
  local file n=0
  if [ ! -e "$1/capable" ]; then return 0; fi
  while IFS= read -r -d '' file; do
    cp --attributes-only --preserve=xattr -- "$1/capabilities/$n" "$file" || return 1
    n=$((n + 1))
  done <"$1/capable"
}

# Makes a volume's owners what the instance's runtime needs. No other instance may write it meanwhile, but
# those that share it may be asking for the same at the same time.
own_volume() { # $1 volume directory, $2 host uid, $3 host gid of the service's user; the new mapping on stdin
  mkdir -p "$1" || return 1
  with_lock "$1" own_volume_locked "$@"
}

own_volume_locked() {
  local directory=$1 uid gid rest made
  made=$(beside "$1/shift")
  if [ -e "$directory/shift/plan" ]; then apply_shift "$directory" || return 1; fi
  sweep "$directory"
  # of this very operation, which came to nothing and is undone
  rm -rf "$made"
  mkdir "$made" && cat >"$made/mapping" || return 1
  if [ ! -e "$directory/mapping" ]; then
    mkdir -p "$directory/data" && chown "$2:$3" "$directory/data" && sync -- "$made/mapping" && mv "$made/mapping" "$directory/mapping" || return 1
    rm -rf "$made"
    return 0
  fi
  if ! cmp -s "$directory/mapping" "$made/mapping"; then
    plan_shift "$directory/data" "$directory/mapping" "$made/mapping" >"$made/plan" || return 1
    while read -r uid gid rest; do
      find "$directory/data" -uid "$uid" -gid "$gid" -print0 >"$made/$uid.$gid" || return 1
    done <"$made/plan"
    : "${rest:-}"
    find "$directory/data" ! -type l -perm /6000 -printf '%m %p\0' >"$made/modes" || return 1
    keep_capabilities "$directory/data" "$made" || return 1
    # Whole, also after a loss of power: half of it could not be finished.
    find "$made" -exec sync -- {} + || return 1
    mv -T "$made" "$directory/shift" && apply_shift "$directory" || return 1
  fi
  rm -rf "$made"
}

# Files of the project, as a tar on stdin. What services wrote stays; a file that the project had delivered
# and has no more goes; one that a service changed meanwhile is kept beside the new one.
deliver_project() { # $1 project directory, $2 digest, $3 uid, $4 gid (`-`: as they are)
  mkdir -p "$1/data" || return 1
  with_lock "$1" deliver_project_locked "$@"
}

deliver_project_locked() {
  local directory=$1 owner=$3:$4 file entry incoming manifest
  local -A delivered=() # file -> digest, of the delivery before
  if [ "$(record "$directory/digest")" = "$2" ]; then
    cat >/dev/null
    return 0
  fi
  sweep "$directory"
  incoming=$(beside "$directory/incoming") manifest=$(beside "$directory/manifest")
  rm -rf "$incoming"
  mkdir "$incoming" || return 1
  tar -xf - -C "$incoming" --no-same-owner || return 1
  # Under the owner that the folder has now: if that is to change, these files change with it.
  if [ "$3" = - ] || [ -e "$directory/mapping" ]; then owner=$(stat -c %u:%g "$directory/data"); fi
  chown -R "$owner" "$incoming" || return 1
  (cd "$incoming" && find . -type f -print0 | sort -z | xargs -0 -r sha256sum -z) >"$manifest" || return 1
  # What is there is neither the one nor the other from here on.
  rm -f "$directory/digest"
  while IFS= read -r -d '' entry; do delivered["${entry#*  }"]=${entry%%  *}; done < <(record_z "$directory/manifest")
  for file in "${!delivered[@]}"; do
    if [ ! -f "$incoming/$file" ] && [ -f "$directory/data/$file" ] && unchanged_since_delivery "$directory" "$file"; then
      rm -f "$directory/data/$file"
      (cd "$directory/data" && rmdir -p --ignore-fail-on-non-empty -- "$(dirname "${file#./}")" 2>/dev/null) || true
    fi
  done
  while IFS= read -r -d '' file; do
    if [ -f "$directory/data/$file" ] && ! cmp -s "$directory/data/$file" "$incoming/$file" && ! unchanged_since_delivery "$directory" "$file"; then
      # A service may have put a link here to what it cannot read itself: never followed.
      cp -pP --backup=numbered "$directory/data/$file" "$directory/data/$file.kept" || return 1
      say "kept $file, which was changed on the host, as $file.kept"
    fi
  done < <(cd "$incoming" && find . -type f -print0)
  cp -a --remove-destination "$incoming/." "$directory/data/" || return 1
  rm -rf "$incoming"
  mv "$manifest" "$directory/manifest" || return 1
  printf '%s' "$2" | replace "$directory/digest"
}

record_z() { if [ -e "$1" ]; then cat "$1"; fi; }

unchanged_since_delivery() { # $1 project directory, $2 file
  [ "${delivered["$2"]:-}" = "$(sha256sum <"$1/data/$2" | cut -d' ' -f1)" ]
}
