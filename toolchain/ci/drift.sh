#!/usr/bin/env bash
# Has anything changed since the last `pulumi up`, outside of it? Two checks, and neither writes state:
#   cloud    what the clouds and the host have, beside what the state says
#   program  what the project's files say, beside what the state says
# Ends with 0: nothing; 7: something; 1: nobody knows, because a check could not be done.
#
# usage: toolchain/ci/drift.sh STACK. Where GITHUB_STEP_SUMMARY is a file, a summary is added to it.
set -euo pipefail
stack=${1:?usage: toolchain/ci/drift.sh STACK}
summary=${GITHUB_STEP_SUMMARY:-/dev/null}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
worst=0

check() { # $1 its name, $2… the command
  local name=$1 code=0 verdict
  shift
  "$@" >"$work/output" 2>&1 || code=$?
  cat "$work/output"
  case $code in
  0) verdict='no drift' ;;
  7)
    verdict='**drift**'
    if [ "$worst" = 0 ]; then worst=7; fi
    ;;
  *)
    verdict="**could not be checked** (exit code $code)"
    worst=1
    ;;
  esac
  {
    printf '### %s, %s: %s\n\n' "$stack" "$name" "$verdict"
    if [ "$code" != 0 ]; then
      # GitHub takes a megabyte of summary; the end is what matters
      printf '<details><summary><code>%s</code></summary>\n\n~~~\n%s\n~~~\n\n</details>\n\n' "$*" "$(tail -c 60000 "$work/output")"
    fi
  } >>"$summary"
}

check 'cloud and host' pulumi refresh --preview-only --expect-no-changes --diff --non-interactive --color=never --stack "$stack"
check program pulumi preview --refresh=false --expect-no-changes --diff --non-interactive --color=never --stack "$stack"
exit "$worst"
