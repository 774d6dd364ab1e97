# shellcheck shell=sh
# Runs on the VM, as root, by Google's OS Config agent: tells apt where the Ops Agent comes from. That is where
# Google's images of Debian have their guest agent from, key and all; only the suite is another one.
# Set before it by opsAgent.ts:
#   mode  validate: say whether apt knows it; enforce: make it so
# Ends with 100 where it is so, 101 where it is not: https://cloud.google.com/compute/docs/os-configuration-management/create-os-policy
set -u
: "${mode:?}"
sources=/etc/apt/sources.list.d
agent=google-cloud-ops-agent

# An entry is a line (*.list) or a paragraph (*.sources).
derived() { # $1 file
  case $1 in
  *.list) grep -E '^deb .*google-compute-engine-[a-z]+-stable ' "$1" ;;
  *.sources) awk -v RS= '/google-compute-engine-[a-z]+-stable/' "$1" ;;
  esac | sed -E "s/google-compute-engine-([a-z]+)-stable/$agent-\1-all/"
}

for file in "$sources"/*; do
  wanted=$(derived "$file")
  if [ -z "$wanted" ]; then continue; fi
  own=$sources/$agent.${file##*.}
  if [ "$mode" = enforce ]; then
    printf '%s\n' "$wanted" >"$own.new" && mv "$own.new" "$own" && apt-get -q update || exit 1
  fi
  if [ "$(cat "$own" 2>/dev/null)" = "$wanted" ]; then exit 100; fi
  exit 101
done
echo "$sources has no suite google-compute-engine-…-stable, as Google's images of Debian have: nobody knows where $agent comes from" >&2
exit 1
