# shellcheck shell=sh
# Runs on the operator's machine: feeds the script on stdin to a root shell of the host. Set before it by
# command.ts:
#   $@           the arguments of ssh, up to the address
#   user         whom they log in as
#   known_hosts  the host's pinned key
#   by_hand      the command with which a person would get in
# In its environment: deadline, the seconds to wait for a host that does not answer.
set -eu
: "${user:?}" "${known_hosts:?}" "${by_hand:?}" "${deadline:?}"

if ! command -v ssh >/dev/null; then
  echo 'ssh is not on PATH: install the OpenSSH client' >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CONTAINERHOST_KNOWN_HOSTS=$work/known_hosts
export CONTAINERHOST_KNOWN_HOSTS
printf '%s' "$known_hosts" >"$CONTAINERHOST_KNOWN_HOSTS"

# One operator's own way in, which is no change of the stack; ssh takes the first value of an option.
if [ -n "${CORTEX_SSH_IDENTITY_FILE-}" ]; then set -- -o IdentitiesOnly=yes -o "IdentityFile=$CORTEX_SSH_IDENTITY_FILE" "$@"; fi
if [ -n "${CORTEX_SSH_USER-}" ]; then
  user=$CORTEX_SSH_USER
  set -- -o "User=$user" "$@"
fi
shell='sudo -n bash -s'
if [ "$user" = root ]; then shell='bash -s'; fi

# A new VM answers, and lets us in, a while after it was made.
end=$(($(date +%s) + deadline))
until ssh "$@" true </dev/null 2>"$work/error"; do
  if grep -qiE 'host key verification failed|host identification has changed' "$work/error"; then
    cat "$work/error" >&2
    echo 'the host shows another key than the pinned one: it was replaced, or somebody answers in its place' >&2
    exit 1
  fi
  if [ "$(date +%s)" -ge "$end" ]; then
    cat "$work/error" >&2
    echo "the host could not be reached for $deadline s; try it by hand: $by_hand" >&2
    exit 1
  fi
  sleep 2
done
# shellcheck disable=SC2029 # it is meant to be expanded here
ssh "$@" "$shell"
