# shellcheck shell=sh
# Runs on the VM, as root, by Google's OS Config agent. Set before it by opsAgent.ts:
#   mode     validate: say whether the Ops Agent runs with this configuration; enforce: make it so
#   content  its configuration
# Ends with 100 where it is so, 101 where it is not: https://cloud.google.com/compute/docs/os-configuration-management/create-os-policy
set -u
: "${mode:?}" "${content:?}"
file=/etc/google-cloud-ops-agent/config.yaml

if [ "$mode" = enforce ]; then
  install -d -m 0755 "${file%/*}" &&
    printf '%s' "$content" >"$file.new" && mv "$file.new" "$file" &&
    systemctl restart google-cloud-ops-agent.service || exit 1
fi
# as command substitution reads it: without the last line break
if [ "$(cat "$file" 2>/dev/null)" = "$(printf '%s' "$content")" ] && systemctl is-active --quiet google-cloud-ops-agent.service; then exit 100; fi
exit 101
