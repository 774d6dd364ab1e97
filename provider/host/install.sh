# shellcheck shell=bash
# Makes a host ready: the proxy, the virtual addresses and the recovery after a reboot, as units of the
# host. Changes only what differs.

install_unit() { # $1 unit, content on stdin. Returns 0 when it changed.
  local content
  content=$(cat)
  if [ "$content" = "$(record "/etc/systemd/system/$1")" ]; then return 1; fi
  printf '%s\n' "$content" | replace "/etc/systemd/system/$1"
}

# Where the proxy's log goes, bounded: at some 600 bytes a request, 128 MB are the last 200,000.
proxy_journal='[Journal]
Storage=persistent
SystemMaxUse=128M
RateLimitIntervalSec=0
ForwardToSyslog=no
Audit=no'

install_host() { # the proxy's own settings on stdin
  local settings changed=
  settings=$(cat)
  # shellcheck disable=SC2174 # the folders above are there, or named
  mkdir -p -m 0700 "$base"
  mkdir -p "$srv" "$proxies" /usr/local/lib/containerhost
  if [ ! -s "$base/key" ]; then
    (umask 077 && head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' | replace "$base/key")
    to_disk "$base/key"
  fi
  touch "$base/addresses"
  sweep /etc /etc/systemd/system /usr/local/sbin

  if ! cmp -s - "$proxies/00-global.cfg" <<<"$settings"; then replace "$proxies/00-global.cfg" <<<"$settings"; changed=1; fi

  if install_unit containerhost-addresses.service <<'UNIT'; then changed=1; fi
[Unit]
Description=Virtual addresses of services, and where the proxy sends their requests
After=network-pre.target
Before=containerhost-proxy.service docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/containerhost addresses

[Install]
WantedBy=multi-user.target
UNIT
  # A line for each request would push everything else out of the host's own journal.
  if ! cmp -s - /etc/systemd/journald@containerhost.conf <<<"$proxy_journal"; then
    replace /etc/systemd/journald@containerhost.conf <<<"$proxy_journal"
    systemctl try-restart systemd-journald@containerhost.service
  fi
  if install_unit containerhost-proxy.service <<'UNIT'; then changed=1; fi
[Unit]
Description=Proxy in front of every service
Requires=containerhost-addresses.service
After=containerhost-addresses.service network.target
# It fronts everything: it is started again however often it dies.
StartLimitIntervalSec=0

[Service]
Type=notify
RuntimeDirectory=containerhost
RuntimeDirectoryPreserve=yes
ExecStart=/usr/sbin/haproxy -Ws -f /etc/containerhost/haproxy -p /run/containerhost/haproxy.pid
# Not while requests are held, whoever asks: the old process would keep them, and never hear of the switch.
ExecReload=/usr/local/sbin/containerhost reloadable
ExecReload=/usr/sbin/haproxy -c -q -f /etc/containerhost/haproxy
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
Restart=always
RestartSec=100ms
OOMScoreAdjust=-900
LimitNOFILE=65536
LogNamespace=containerhost

[Install]
WantedBy=multi-user.target
UNIT
  if install_unit containerhost-recover.service <<'UNIT'; then changed=1; fi
[Unit]
Description=Bring back what an unfinished deployment had parked
After=containerhost-proxy.service docker.service systemd-user-sessions.service
Wants=docker.service

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/containerhost recover-all
# The account's systemd may still be starting.
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
UNIT
  if [ -n "$changed" ]; then systemctl daemon-reload; fi
  systemctl disable --quiet --now haproxy.service 2>/dev/null || true
  systemctl enable --quiet containerhost-addresses.service containerhost-proxy.service containerhost-recover.service
  systemctl start containerhost-addresses.service
  if [ -n "$changed" ] && systemctl is-active --quiet containerhost-proxy.service; then
    host_lock
    reload_proxy
    host_unlock
  else
    systemctl start containerhost-proxy.service
  fi
}

# Gives back what a set-up had given, whatever became of it since: what the services stand on.
mend_host() { # $1 account, $2 first subordinate id
  local unit file
  for unit in containerhost-{addresses,proxy,recover}.service; do
    rm -rf "/etc/systemd/system/$unit.d"
    if [ -L "/etc/systemd/system/$unit" ]; then rm -f "/etc/systemd/system/$unit"; fi
  done
  systemctl daemon-reload
  for file in /etc/subuid /etc/subgid; do
    if grep -qx "$1:$2:65536" "$file"; then continue; fi
    { awk -F: -v account="$1" '$1 != account' "$file" && printf '%s:%s:65536\n' "$1" "$2"; } | replace "$file"
    chmod 0644 "$file"
  done
  if [ ! -e "/var/lib/systemd/linger/$1" ]; then loginctl enable-linger "$1"; fi
  systemctl enable --quiet docker.service 2>/dev/null || fail "docker.service cannot be enabled: systemctl status docker"
}
