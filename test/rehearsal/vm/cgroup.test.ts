import { describe, expect, test } from '@jest/globals';
import { hierarchies } from '../../../rehearsal/vm/cgroup.ts';

const unified = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,relatime 0 0\n';
const hybrid =
  'tmpfs /sys/fs/cgroup tmpfs rw 0 0\n' +
  'cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n' +
  'cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0\n' +
  'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n';

describe('hierarchies', () => {
  test('of a machine with the second version', () => {
    expect(hierarchies(unified)).toEqual({ unified: '/sys/fs/cgroup', named: undefined });
  });

  test('of a machine with both', () => {
    expect(hierarchies(hybrid)).toEqual({
      unified: '/sys/fs/cgroup/unified',
      named: '/sys/fs/cgroup/systemd',
    });
  });

  test('names the command that mends a machine without the second version', () => {
    expect(() => hierarchies('proc /proc proc rw 0 0\n')).toThrow('mount -t cgroup2');
  });
});
