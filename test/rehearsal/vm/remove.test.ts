import { expect, test } from '@jest/globals';
import { mountsBelow } from '../../../rehearsal/vm/remove.ts';

test('mountsBelow finds what is mounted in a directory, innermost first', () => {
  const mounts = [
    '/dev/sda / ext4 rw 0 0',
    'proc /vm/a/proc proc rw 0 0',
    'tmpfs /vm/a tmpfs rw 0 0',
    'tmpfs /vm/a/proc/with\\040space tmpfs rw 0 0',
    'tmpfs /vm/ab tmpfs rw 0 0',
  ];
  expect(mountsBelow('/vm/a', mounts.join('\n'))).toEqual(['/vm/a/proc/with space', '/vm/a', '/vm/a/proc']);
});
