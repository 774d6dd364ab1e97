# shellcheck shell=bash
# What a running container says of itself: asked by HTTP on its own loopback, which nobody else reaches.
# `probe` of an instance is JSON: port, path, select (a jq filter) and expected (what it gives).

# Prints the part that counts, as JSON on one line.
ask_container() { # $1 its process on the host, $2 probe
  local of
  mapfile -t of < <(jq -r '.port, .path, .select' "$2")
  printf 'GET %s HTTP/1.0\r\n\r\n' "${of[1]}" |
    nsenter --target "$1" --net socat -t 5 -T 5 - "TCP:127.0.0.1:${of[0]}" 2>/dev/null |
    sed '1,/^\r*$/d' | jq -cS "${of[2]}" 2>/dev/null
}

# The last step of a creation: gone again, with the reason told, if it is not what was declared.
probe_instance() { # $1 instance, $2 account
  local probe process said expected
  probe=$(instance_dir "$1")/probe
  if [ "$(record "$(instance_dir "$1")/runtime")" = podman ]; then
    process=$(as_account "$2" podman container inspect --format '{{.State.Pid}}' "$1")
  else
    process=$(docker container inspect --format '{{.State.Pid}}' "$1")
  fi
  said=$(ask_container "$process" "$probe") ||
    give_up "$1" "it gives no answer that could be understood to GET $(jq -r '"\(.path) on port \(.port)"' "$probe")"
  expected=$(jq -r .expected "$probe")
  if [ "$said" != "$expected" ]; then give_up "$1" "it says that it serves $said, and was told to serve $expected"; fi
}

# `<instance> <answer in base64>` for each instance of the stack that is asked and answers. One that does not
# is told by its state, or was not asked yet.
read_probes() { # $1 stack, $2 runtime, $3 folder with the answers of the engines
  local probe directory instance process said
  for probe in "$base/$1"/*/instances/*/probe; do
    directory=${probe%/probe}
    instance=${directory##*/}
    if [ ! -e "$probe" ] || [ "$(record "$directory/runtime")" != "$2" ]; then continue; fi
    process=$(jq -r --arg name "$instance" '.[] | select(.Name == $name or .Name == "/" + $name) | .State.Pid' "$3/$2")
    if [ "${process:-0}" = 0 ]; then continue; fi
    if said=$(ask_container "$process" "$probe"); then printf '%s %s\n' "$instance" "$(base64 -w0 <<<"$said")"; fi
  done >"$3/$2-probes"
}
