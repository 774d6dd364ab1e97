# shellcheck shell=sh
# Prints the public half of an SSH key on the operator's machine; makes the key where there is none. Set before
# it by login.ts:
#   file  the private key
set -eu
: "${file:?}"

if ! command -v ssh-keygen >/dev/null; then
  echo 'ssh-keygen is not on PATH: install the OpenSSH client' >&2
  exit 1
fi
# shellcheck disable=SC2088 # a tilde as configuration writes it
case $file in '~/'*) file=$HOME/${file#'~/'} ;; esac
if [ ! -e "$file" ]; then
  mkdir -p -m 0700 "$(dirname "$file")"
  ssh-keygen -q -t ed25519 -N '' -C "$(basename "$file")" -f "$file"
fi
# -y reads the private half, so that a public half of another key beside it is not taken
ssh-keygen -y -f "$file" </dev/null
