# shellcheck shell=bash
# The data identity gate: a new instance takes over only if it gets the data that the old one left. Health
# alone never proves that: a service starts healthy on an empty folder.
#
# What there was is kept on the host's own disk, not with the data, which may be what is missing:
#   /var/lib/containerhost/.data/<stack>/<kind>.<name>   JSON: as it was when an instance took it over last
#   …/<kind>.<name>.accepted                             an operator says that what is there now is right
#   /var/lib/containerhost/<stack>/<service>/data        JSON lines: what the parked instance left, nobody writing
# `data` of an instance has a line for each directory that it mounts, tabs between:
#   volume|project|host  rw|ro  <bytes: contents of less are hashed>  <directory>  <JSON: [{ source, target, use }, …]>

# What was found that should not be; told by whoever gives up because of it.
data_problems=

data_problem() { data_problems="$data_problems${data_problems:+; }$*"; }

# Where the files are, and under which ids. What the operator owns has no mapping of its own.
data_root() { if [ "$1" = host ]; then printf '%s' "$2"; else printf '%s/data' "$2"; fi; } # $1 kind, $2 directory

known_data() { # $1 kind, $2 directory: the file that says what it was
  local name=${2##*/}
  if [ "$1" = host ]; then name=${2//\//%}; fi
  printf '%s/.data/%s/%s.%s' "$base" "$stack" "$1" "$name"
}

# An entry for each file as a container sees it, in the order of their paths; links to one file name its first.
list_data() { # $1 directory or file, $2 mapping (`-`: ids as they are), $3 file for `<entries> <files> <bytes>`
  find "$1" -mindepth "$(if [ -d "$1" ]; then echo 1; else echo 0; fi)" -printf '%y %U %G %m %s %T@ %n %D:%i %P\001%l\0' | LC_ALL=C sort -z -t ' ' -k 9 |
    LC_ALL=C awk -v mapping="$2" -v counts="$3" "$map_ids"'
      BEGIN { if (mapping != "-") load(mapping, map); RS = "\0" }
      function seen(id, kind) { return mapping == "-" ? id : (id = inside(map, id + 0, kind)) < 0 ? "nobody" : id }
      {
        path = $0
        for (i = 1; i <= 8; i++) path = substr(path, index(path, " ") + 1)
        link = "-"
        if ($1 != "d" && $7 > 1) { if ($8 in first) link = first[$8]; else { first[$8] = path; link = "first" } }
        entries++
        if ($1 == "f") { files++; if (link == "-" || link == "first") bytes += $5 }
        printf "%s %s:%s %s %s %s %s %s%c", $1, seen($2, "uid"), seen($3, "gid"), $4, $1 == "f" ? $5 : "-", $6, link, path, 0
      }
      END { printf "%d %d %.0f\n", entries, files, bytes > counts }'
}

# A digest of what is in the files: Blake2, which needs no help of the processor to be quick.
digest_contents() { # $1 directory or file
  if [ ! -d "$1" ]; then
    b2sum -l 256 <"$1" | cut -d' ' -f1
    return
  fi
  (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r b2sum -l 256 --) | b2sum -l 256 | cut -d' ' -f1
}

# What a directory is, as JSON: `null` where there is none. How closely it is looked at:
#   identity   which folder it is, its owner and mode, whether it is empty: where others may write meanwhile
#   contents   also every entry's name, kind, size, time, owner and mode, and the contents of less than the limit
measure_data() { # $1 kind, $2 directory, $3 mapping of its ids, or -, $4 identity|contents, $5 limit
  local root counts entries=null files=null bytes=null metadata='' contents='' empty=true owner mode inode
  root=$(data_root "$1" "$2")
  if [ ! -e "$root" ]; then
    echo null
    return 0
  fi
  read -r inode mode owner < <(stat -c '%i %a %u:%g' -- "$root") || return 1
  owner=$(awk -v owner="$owner" -v mapping="$3" "$map_ids"'
    BEGIN {
      split(owner, id, ":")
      if (mapping != "-") { load(mapping, map); id[1] = inside(map, id[1] + 0, "uid"); id[2] = inside(map, id[2] + 0, "gid") }
      print (id[1] < 0 ? "nobody" : id[1]) ":" (id[2] < 0 ? "nobody" : id[2])
    }') || return 1
  if [ ! -d "$root" ] || [ -n "$(find "$root" -mindepth 1 -print -quit)" ]; then empty=false; fi
  if [ "$4" = contents ]; then
    mkdir -p "$locks"
    counts=$(mktemp -p "$locks" counts.XXXXXX) || return 1
    metadata=$(list_data "$root" "$3" "$counts" | b2sum -l 256 | cut -d' ' -f1) || return 1
    read -r entries files bytes <"$counts" || return 1
    rm -f "$counts"
    if [ "$bytes" -lt "$5" ]; then contents=$(digest_contents "$root") || return 1; fi
  fi
  jq -cn --arg id "$(if [ "$1" != host ]; then record "$2/id"; fi)" --arg filesystem "$(stat -f -c %i -- "$root")" --argjson inode "$inode" \
    --arg owner "$owner" --arg mode "$mode" --argjson empty "$empty" --argjson entries "$entries" --argjson files "$files" \
    --argjson bytes "$bytes" --arg metadata "$metadata" --arg contents "$contents" \
    --arg delivery "$(if [ "$1" = project ]; then record "$2/digest"; fi)" '
      def text: if . == "" then null else . end;
      { id: ($id | text), filesystem: $filesystem, inode: $inode, owner: $owner, mode: $mode, empty: $empty, entries: $entries,
        files: $files, bytes: $bytes, metadata: ($metadata | text), contents: ($contents | text), delivery: ($delivery | text) }'
}

# Under which ids a directory is owned now.
mapping_of() { # $1 kind, $2 use, $3 directory, $4 the instance's own mapping
  if [ "$1" = host ]; then printf '%s' "$4"; elif [ -e "$3/mapping" ]; then printf '%s' "$3/mapping"; else printf -- -; fi
}

# Others may write while the instance is parked; what it only reads is not its to vouch for.
data_level() { # $1 kind, $2 use, $3 directory
  local file
  if [ "$1" = host ] || [ "$2" = ro ]; then
    echo identity
    return 0
  fi
  for file in "$base/$stack"/*/instances/*/volumes; do
    case $file in "$service_dir"/*) continue ;; esac
    if [ -e "$file" ] && awk -v directory="$3" '$1 == "rw" && $4 == directory { found = 1 } END { exit !found }' "$file"; then
      echo identity
      return 0
    fi
  done
  echo contents
}

data_name() { if [ "$1" = host ]; then printf '%s' "$2"; else printf '%s %s' "$1" "${2##*/}"; fi; } # $1 kind, $2 directory

lost_data() { # $1 directory of a volume or of delivered files: something was there once, and nobody accepted that it is gone
  local known kind=volume
  case $1 in */projects/*) kind=project ;; esac
  known=$(known_data "$kind" "$1")
  [ -e "$known" ] && [ ! -e "$known.accepted" ]
}

# Before anything is stopped: are these still the folders that an instance took over last?
expect_data() { # $1 instance. Fails with data_problems.
  local directory kind use limit data rest known found
  directory=$(instance_dir "$1")
  data_problems=
  if [ ! -e "$directory/data" ]; then return 0; fi
  while IFS=$'\t' read -r kind use limit data rest; do
    known=$(known_data "$kind" "$data")
    if [ "$kind" = volume ] && [ -e "$data/returned" ]; then
      data_problem "volume ${data##*/} went back to where it was carried from, and newer data may be there: pulumi up carries it in again"
    fi
    if [ ! -e "$known" ] || [ -e "$known.accepted" ]; then continue; fi
    found=$(measure_data "$kind" "$data" - identity 0) || return 1
    found=$(jq -rn --slurpfile known "$known" --argjson found "$found" '
      $known[0].after as $known | ($known.files // 0 | if . > 0 then ", with \(.) files" else "" end) as $had |
      if $found == null then "found nothing there, expected the one with id \($known.id)\($had)"
      elif $found.id != $known.id then "found a foreign one (\(if $found.id then "id " + $found.id else "without an id" end)), expected id \($known.id)\($had)"
      elif $found.inode != $known.inode then "found another folder in its place (inode \($found.inode)\(if $found.empty then ", empty" else "" end)), expected inode \($known.inode)\($had)"
      elif $found.empty and ($known.empty | not) then "found it empty, expected data\($had)"
      else empty end') || return 1
    if [ -n "$found" ]; then data_problem "$(data_name "$kind" "$data") ($(data_root "$kind" "$data")): $found"; fi
  done <"$directory/data"
  : "$use$limit$rest"
  if [ -z "$data_problems" ]; then return 0; fi
  data_problem "is the disk mounted (findmnt -T $srv)? If what is there is right: containerhost data $stack accept NAME, on the host; see docs/recovery.md"
  return 1
}

# What an instance that has just been parked leaves. Once for each parking: a later look could find less.
record_data() { # $1 instance
  local directory kind use limit data targets mapping level found left
  directory=$(instance_dir "$1")
  if [ ! -e "$directory/data" ] || [ -e "$service_dir/data" ]; then return 0; fi
  left=$(beside "$service_dir/data")
  while IFS=$'\t' read -r kind use limit data targets; do
    level=$(data_level "$kind" "$use" "$data") || return 1
    mapping=$(mapping_of "$kind" "$use" "$data" "$directory/mapping")
    found=$(measure_data "$kind" "$data" "$mapping" "$level" "$limit") || return 1
    jq -cn --arg directory "$data" --arg use "$use" --argjson targets "$targets" --argjson found "$found" '{ $directory, $use, $targets, $found }' || return 1
  done <"$directory/data" >"$left"
  mv -f "$left" "$service_dir/data"
}

# Is what the new instance gets what the old one left? After its owners were changed, before it starts: requests wait
# meanwhile, and each process costs them its start.
compare_data() { # $1 instance. Fails with data_problems.
  local directory kind use limit data targets known line before closely found named id differs taken
  directory=$(instance_dir "$1")
  data_problems=
  if [ ! -e "$directory/data" ]; then return 0; fi
  taken=$(beside "$directory/identity")
  rm -f "$taken"
  while IFS=$'\t' read -r kind use limit data targets; do
    known=$(known_data "$kind" "$data")
    closely='identity 0' before=null
    # As closely as before: a limit that was changed meanwhile is none of the data's.
    if [ -e "$service_dir/data" ]; then
      line=$(jq -r --arg directory "$data" --arg everything "$everything" 'select(.directory == $directory) |
        (if .found.metadata then "contents" else "identity" end) + " " + (if .found.contents then $everything else "0" end) + "\t" + tojson' \
        "$service_dir/data") || return 1
      if [ -n "$line" ]; then IFS=$'\t' read -r closely before <<<"$line"; fi
    fi
    found=$(measure_data "$kind" "$data" "$(mapping_of "$kind" "$use" "$data" "$directory/mapping")" "${closely% *}" "${closely#* }") || return 1
    IFS=$'\t' read -r named differs < <(differing_data "$before" "$found" "$use") || return 1
    id=
    if [ -n "$differs" ] && [ ! -e "$known.accepted" ]; then
      data_problem "$(data_name "$kind" "$data") ($(data_root "$kind" "$data")): $differs"
    elif [ "$kind" != host ] && [ -e "$data/data" ] && [ "$named" = false ]; then
      name_data "$data" || return 1
      id=$(record "$data/id")
    fi
    jq -cn --arg name "$(basename "$known")" --arg directory "$data" --arg service "$service" --arg instance "$1" --argjson targets "$targets" \
      --argjson before "$before" --argjson after "$found" --arg id "$id" '
        { $name, $directory, $service, $instance, $targets, at: (now | floor), before: $before.found,
          after: ($after | if $id == "" then . else .id = $id end) }' >>"$taken" || return 1
  done <"$directory/data"
  : "$limit"
  if [ -n "$data_problems" ]; then return 1; fi
  if [ -e "$taken" ]; then mv -f "$taken" "$directory/identity"; fi
}

# The limit under which all contents are.
everything=9223372036854775807

# Another instance that mounts the same folder may do so at this moment: the first one's id is the one of both.
name_data() { # $1 directory
  local id
  id=$(beside "$1/id")
  cat /proc/sys/kernel/random/uuid >"$id" || return 1
  chmod 0644 "$id"
  sync -- "$id" || return 1
  ln -T "$id" "$1/id" 2>/dev/null || [ -e "$1/id" ] || return 1
  rm -f "$id"
}

# `true` or `false`: whether what was found has an id; a tab, and what differs, if anything does.
differing_data() { # $1 before, as recorded, or null, $2 found, $3 rw|ro
  jq -rn --argjson before "$1" --argjson found "$2" --arg use "$3" '
    $before.found as $was |
    # A delivery of the project between the two writes files; who only reads is not asked who owns.
    [ "id", "inode", (if $use == "rw" and $before.use == "rw" then "owner", "mode" else empty end),
      (if $was.metadata and $was.delivery == $found.delivery then "entries", "files", "bytes", "metadata", "contents" else empty end) ] as $fields |
    "\($found.id != null)\t" + if $was == null then ""
    elif $found == null then "found nothing there, expected what its predecessor left (\($was.files // "some") files)"
    else [ $fields[] | select($was[.] != null and $was[.] != $found[.]) |
      if . == "metadata" then "names, sizes, times, owners or modes of files differ"
      elif . == "contents" then "contents of files differ"
      else "\(.) \($found[.] // "missing"), expected \($was[.])" end ] |
      if $found.empty and ($was.empty | not) then ["it is empty"] + . else . end | join(", ")
    end'
}

# The new instance runs and is healthy: does it really see these folders, at these targets, under these ids?
# From then on, this is what there was.
take_data() { # $1 instance. Fails with data_problems.
  local directory pid
  directory=$(instance_dir "$1")
  data_problems=
  if [ ! -e "$directory/identity" ]; then return 0; fi
  pid=$(process_of "$1")
  # A job may be done already.
  if [ -n "$pid" ] && [ "$pid" != 0 ] && [ -e "/proc/$pid/mountinfo" ]; then
    see_ids "$pid" "$directory/mapping" || return 1
    see_mounts "$pid" "$directory/data" || return 1
    if [ -n "$data_problems" ]; then return 1; fi
  fi
  keep_identity "$directory/identity"
}

process_of() { # $1 instance: the first process of its container, or nothing
  local account inspect=(container inspect --format '{{.State.Pid}}' "$1")
  account=$(record "$(instance_dir "$1")/account")
  case "$(record "$(instance_dir "$1")/runtime")" in
  docker) docker "${inspect[@]}" 2>/dev/null || true ;;
  podman) as_account "$account" podman "${inspect[@]}" 2>/dev/null || true ;;
  esac
}

# Both ends of each range are enough: the kernel's ranges have no gaps in them.
see_ids() { # $1 process, $2 mapping
  local kind found
  for kind in uid gid; do
    found=$(sed "s/^ */$kind /" "/proc/$1/${kind}_map" | awk -v kind="$kind" -v mapping="$2" "$map_ids"'
      { n++; map[n, "kind"] = $1; map[n, "c"] = $2; map[n, "h"] = $3; map[n, "n"] = $4; map["size"] = n }
      END {
        load(mapping, wanted)
        for (i = 1; i <= wanted["size"]; i++) {
          c = wanted[i, "c"]; h = wanted[i, "h"]; last = wanted[i, "n"] - 1
          if (wanted[i, "kind"] == kind && (outside(map, c, kind) != h || outside(map, c + last, kind) != h + last)) { printf "%.0f", c; exit }
        }
      }') || return 1
    if [ -n "$found" ]; then data_problem "the container's $kind $found is another one on the host than its files are owned by"; fi
  done
}

see_mounts() { # $1 process, $2 `data` of an instance
  local kind use limit data targets source target mounts device inside
  # <device> <folder in its file system> <target> <rw|ro>
  mounts=$(awk '{ sub(/,.*/, "", $6); print $3, $4, $5, $6 }' "/proc/$1/mountinfo") || return 1
  while IFS=$'\t' read -r kind use limit data targets; do
    while IFS= read -r source && IFS= read -r use && IFS= read -r target; do
      source=$(realpath -e -- "$source") || return 1
      device=$(findmnt -n -o MAJ:MIN -T "$source" | tr -d ' ') || return 1
      inside=$(findmnt -n -o TARGET -T "$source") || return 1
      inside=${source#"${inside%/}"}
      inside=$(findmnt -n -o FSROOT -T "$source" | sed 's|/$||')$inside
      # At whatever path it is: an engine follows the image's own links to find the target.
      inside=${inside:-/} awk -v device="$device" -v use="$use" '
        BEGIN { inside = ENVIRON["inside"] }
        function plain(path) { gsub(/\\040/, " ", path); gsub(/\\134/, "\\", path); return path }
        $1 == device && plain($2) == inside && $4 == use { found = 1 } END { exit !found }' <<<"$mounts" ||
        data_problem "the container does not see $source at $target ($use)"
    done < <(jq -r '.[] | .source, .use, .target' <<<"$targets")
  done <"$2"
  : "$kind$limit$data"
}

keep_identity() { # $1 JSON lines of an instance that takes its data over
  local lines name directory empty line known fresh
  # shellcheck disable=SC2174 # the folders above are there, or named
  mkdir -p -m 0700 "$base/.data/$stack" || return 1
  sweep "$base/.data/$stack"
  lines=$(jq -r '"\(.name)\t\(.directory)\t\(.after.empty)\t\(tojson)"' "$1") || return 1
  while IFS=$'\t' read -r name directory empty line; do
    known=$base/.data/$stack/$name
    # What a service writes as soon as it runs is data, too.
    if [ "$empty" = true ] && ! is_empty "$(data_root "${name%%.*}" "$directory")"; then line=$(jq -c '.after.empty = false' <<<"$line") || return 1; fi
    if [ -s "$known" ]; then fresh=; else fresh=yes; fi
    # in a process of its own, whose end is not this one's: where the disk is full, the predecessor comes back
    printf '%s\n' "$line" | replace "$known" || return 1
    # a name that was there before is never empty in between
    if [ -n "$fresh" ]; then to_disk "$known" || return 1; fi
    rm -f "$known.accepted"
  done <<<"$lines"
}

is_empty() ( # $1 directory. By the shell alone
  shopt -s nullglob dotglob
  entries=("$1"/*)
  [ -d "$1" ] && [ "${#entries[@]}" = 0 ]
)

# `containerhost data STACK`: JSON lines, one for each directory that the stack's services mount.
# `containerhost data STACK accept NAME`: what is there now is what shall be there.
show_data() { # $1 stack, $2 accept, $3 name
  local file
  stack=$1
  case "${2:-}" in
  '')
    for file in "$base/.data/$stack"/*; do
      case $file in *.accepted) continue ;; esac
      if [ -e "$file" ]; then cat "$file"; fi
    done
    ;;
  accept)
    file=$base/.data/$stack/${3:?name}
    if [ ! -e "$file" ]; then fail "nothing is known of ${3} in $stack: $(find "$base/.data/$stack" -type f ! -name '*.accepted' -printf '%f ' 2>/dev/null)"; fi
    : >"$file.accepted"
    echo "the next instance takes $3 over as it is then"
    ;;
  *) fail "containerhost data $stack: found $2, expected accept, or nothing" ;;
  esac
}
