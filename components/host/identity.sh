# shellcheck shell=bash
# Says which machine this is, as one line of JSON. Set before it by setup.ts:
#   account  the containers' rootless account
set -euo pipefail
: "${account:?}"

jq -nc \
  --arg machine "$(cat /etc/machine-id)" \
  --arg name "$account" \
  --argjson uid "$(id -u "$account")" \
  --argjson subuid "$(awk -F: -v account="$account" '$1 == account { print $2; exit }' /etc/subuid)" \
  '{machineId: $machine, account: {name: $name, uid: $uid, subuidStart: $subuid}}'
