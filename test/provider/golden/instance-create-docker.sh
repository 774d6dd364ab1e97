expect_machine 0123456789abcdef0123456789abcdef
use_service test web
reserve_instance web-1234567 8000
--- and then
expect_machine 0123456789abcdef0123456789abcdef
use_service test web
put_file /var/lib/containerhost/test/web/instances/web-1234567/compose.yaml 0600 root root <<'CONTENT'
  # Instance web-1234567 of service web, stack test. Rendered: changes are lost.
  name: "web-1234567"
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/configs/rules 0444 root root <<'CONTENT'
  a: 1

CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/check 0700 root root <<'CONTENT'
  #!/bin/sh
  # Has the Compose file of web-1234567 checked by Compose. Changes nothing.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/prepare 0700 root root <<'CONTENT'
  #!/bin/sh
  # Checks the Compose file of web-1234567, makes sure of its image, and makes all but run it.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/start 0700 root root <<'CONTENT'
  #!/bin/sh
  # Makes web-1234567 run, and come back at boot.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/running 0700 root root <<'CONTENT'
  #!/bin/sh
  # Exits 0 while web-1234567 is up.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/healthy 0700 root root <<'CONTENT'
  #!/bin/sh
  # Probes web-1234567 once: exits 0 when it is healthy.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/stop 0700 root root <<'CONTENT'
  #!/bin/sh
  # Stops web-1234567 and keeps it: it does not come back at boot. Undone by restore.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/restore 0700 root root <<'CONTENT'
  #!/bin/sh
  # Undoes stop: web-1234567 runs, and comes back at boot.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/remove 0700 root root <<'CONTENT'
  #!/bin/sh
  # Stops web-1234567 and leaves nothing of it in Docker; networks are the stack's.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/logs 0700 root root <<'CONTENT'
  #!/bin/sh
  # Prints the last lines web-1234567 wrote.
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/digests 0600 root root <<'CONTENT'
  e95ae9fd971fd95a8c2d1f13fda2313f78aeb0810f9485143c6c55d683ca087c  /var/lib/containerhost/test/web/instances/web-1234567/compose.yaml
  37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae  /var/lib/containerhost/test/web/instances/web-1234567/configs/rules
  …
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/runtime 0600 root root <<'CONTENT'
  docker
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/rollout 0600 root root <<'CONTENT'
  recreate
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/account 0600 root root <<'CONTENT'
  cortex
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/drain 0600 root root <<'CONTENT'
  10
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/patience 0600 root root <<'CONTENT'
  50
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/health-deadline 0600 root root <<'CONTENT'
  15
CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/volumes 0600 root root <<'CONTENT'
  rw 1000 1000 /srv/containerhost/test/volumes/data

CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/mapping 0600 root root <<'CONTENT'
  uid 0 0 4294967295
  gid 0 0 4294967295

CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/data 0600 root root <<'CONTENT'
  volume	rw	67108864	/srv/containerhost/test/volumes/data	[{"source":"/srv/containerhost/test/volumes/data/data","target":"/data","use":"rw"}]

CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/secret-names 0600 root root <<'CONTENT'
  token

CONTENT
put_file /var/lib/containerhost/test/web/instances/web-1234567/secrets/token 0600 root root <<'CONTENT'
  planted
CONTENT
start_instance web-1234567
serve_successor web-1234567
describe_instance web-1234567 cortex
