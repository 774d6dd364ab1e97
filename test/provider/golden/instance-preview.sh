expect_machine 0123456789abcdef0123456789abcdef
trap 'rm -rf "/run/containerhost-check-web-1234567"' EXIT
install -d -m 0700 /run/containerhost-check-web-1234567
put_file /run/containerhost-check-web-1234567/web-1234567.container 0644 root root <<'CONTENT'
  # Instance web-1234567 of service web, stack test. Rendered: changes are lost.
  [Unit]
  …
CONTENT
put_file /run/containerhost-check-web-1234567/check 0700 root root <<'CONTENT'
  #!/bin/sh
  # Has the Quadlet unit of web-1234567 checked by quadlet and systemd. Changes nothing.
  …
CONTENT
sh /run/containerhost-check-web-1234567/check >&2 || fail 'web would not start on podman'
