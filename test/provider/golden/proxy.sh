expect_machine 0123456789abcdef0123456789abcdef
begin_listeners
drop_services test web worker
add_service test web 127.0.0.1:5001 <<'LISTENERS'
listen test.web.8000
    mode http
    bind @address@:8000
    bind 127.0.0.1:5001
    retries 250
    acl held srv_uweight(live) eq 2
    acl unsized req.hdr(transfer-encoding) -m found
    http-request return status 503 content-type text/plain string "web is being replaced, and 100 requests wait already: try again in 5 s.\n" hdr Retry-After 5 if held { be_conn ge 100 }
    http-request return status 503 content-type text/plain string "web is being replaced, and a body of more than 65536 bytes cannot wait: try again in 5 s.\n" hdr Retry-After 5 if held { req.body_size gt 65536 }
    http-request wait-for-body time 10s at-least 8192 if held unsized
    http-request return status 503 content-type text/plain string "web is being replaced, and a long body of unknown length cannot wait: try again in 5 s.\n" hdr Retry-After 5 if held unsized { req.body_len ge 8192 }
    http-response set-var(txn.stream) bool(true) if { res.hdr(content-type) -m beg text/event-stream }
    server live 127.0.0.1:@8000@
LISTENERS
add_service test worker <<'LISTENERS'

LISTENERS
commit_listeners
--- and then
expect_machine 0123456789abcdef0123456789abcdef
forget_stack test cortex
