# shellcheck shell=bash
# The command that the host itself, and an operator on it, uses: /usr/local/sbin/containerhost.

containerhost() {
  case "${1:-}" in
  install) install_host ;;
  addresses)
    restore_addresses
    restore_proxy_files
    # As before its start: it will begin with them.
    if ! systemctl is-active --quiet containerhost-proxy.service; then rm -f "$base/staged"; fi
    ;;
  recover)
    use_service "$2" "$3"
    recover_service
    ;;
  recover-all)
    local parked failed=0
    for parked in "$base"/*/*/parked; do
      if [ ! -e "$parked" ]; then continue; fi
      (
        use_service "$(basename "$(dirname "$(dirname "$parked")")")" "$(basename "$(dirname "$parked")")"
        recover_service now
      ) || failed=1
    done
    sweep "$base" "$proxies" "$base"/*/* "$base"/*/*/instances/* "$base"/.data/* "$srv"/*/*{,/*}
    return "$failed"
    ;;
  reloadable) if [ -n "$(held)" ]; then fail "requests are being held, and a reload may lose them: wait for $(held)"; fi ;;
  list)
    local directory
    for directory in "$base"/*/*/; do
      if [ ! -d "$directory/instances" ]; then continue; fi
      printf '%-24s %-24s serves %-32s parked %s\n' "$(basename "$(dirname "$directory")")" "$(basename "$directory")" \
        "$(record "$directory/slot")" "$(record "$directory/parked")"
    done
    ;;
  data)
    shift
    show_data "${1:?stack}" "${@:2}"
    ;;
  carry-back) carry_back "${2:?stack}" "${3:?volume}" ;;
  carried) accept_source "${2:?stack}" "${3:?volume}" ;;
  *)
    echo 'usage: containerhost list | data <stack> [accept <name>] | carry-back <stack> <volume> | carried <stack> <volume> | addresses | reloadable | recover <stack> <service> | recover-all' >&2
    return 2
    ;;
  esac
}
