expect_machine 0123456789abcdef0123456789abcdef
use_service test web
switch_slot web-1234567
--- and then
expect_machine 0123456789abcdef0123456789abcdef
use_service test web
switch_slot web-7654321
--- and then
expect_machine 0123456789abcdef0123456789abcdef
use_service test web
delete_slot
