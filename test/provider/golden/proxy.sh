expect_machine 0123456789abcdef0123456789abcdef
begin_listeners
add_service test web 127.0.0.1:5001 <<'LISTENERS'
listen test.web.8000
    mode http
    bind @address@:8000
    bind 127.0.0.1:5001
    retries 100
    http-response set-var(txn.stream) bool(true) if { res.hdr(content-type) -m beg text/event-stream }
    server live 127.0.0.1:@8000@
LISTENERS
add_service test worker <<'LISTENERS'

LISTENERS
commit_listeners
--- and then
expect_machine 0123456789abcdef0123456789abcdef
forget_stack test cortex
