expect_machine 0123456789abcdef0123456789abcdef
carry_volume test state cortex_state cortex keep <<'MAPPINGS'
docker uid 0 0 4294967295
docker gid 0 0 4294967295
podman uid 0 1000 1
podman uid 1 100000 65536
podman gid 0 1000 1
podman gid 1 100000 65536
MAPPINGS
