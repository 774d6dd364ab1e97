# shellcheck shell=sh
# Prints the SSH host keys that a VM published as guest attributes, as gcloud's JSON. A new VM does so at the
# end of its first boot. Set before it by hostKeys.ts:
#   vm, project, zone  which VM
#   deadline           seconds to wait
set -eu
: "${vm:?}" "${project:?}" "${zone:?}" "${deadline:?}"

if ! command -v gcloud >/dev/null; then
  echo 'gcloud is not on PATH: install the Google Cloud CLI, then run gcloud auth login' >&2
  exit 1
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
end=$(($(date +%s) + deadline))
while :; do
  if keys=$(gcloud compute instances get-guest-attributes "$vm" --query-path=hostkeys/ --format=json --project="$project" --zone="$zone" </dev/null 2>"$said"); then
    case $keys in *ssh-ed25519*)
      printf '%s\n' "$keys"
      exit 0
      ;;
    esac
  elif ! grep -qi 'not found' "$said"; then
    # no permission, no login, no such project: waiting changes nothing
    cat "$said" >&2
    exit 1
  fi
  if [ "$(date +%s)" -ge "$end" ]; then
    cat "$said" >&2
    echo "VM $vm published no ssh-ed25519 host key within $deadline s: see its serial port (gcloud compute instances get-serial-port-output $vm --project=$project --zone=$zone)" >&2
    exit 1
  fi
  sleep 3
done
