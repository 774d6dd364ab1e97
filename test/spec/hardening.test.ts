import { describe, expect, test } from '@jest/globals';
import { optOuts } from '../../spec/hardening.ts';
import { web } from '../compose/file.ts';

describe('where a service is less confined than by default', () => {
  test('one whose file says nothing of it keeps every default', () => {
    expect(optOuts(web('init: false'))).toEqual([]);
    expect(optOuts(web('mem_limit: 1g\nread_only: true\ncap_drop: [ALL]\nvolumes: []'))).toEqual([]);
  });

  test.each([
    ['cap_drop: []', 'cap_drop: []'],
    ['cap_drop: [NET_RAW]', 'cap_drop: [NET_RAW]'],
    ['cap_add: [net_admin, CHOWN]', 'cap_add: [CHOWN, NET_ADMIN]'],
    ['security_opt: ["no-new-privileges:false"]', 'security_opt: no-new-privileges:false'],
    ['security_opt: ["seccomp=unconfined"]', 'security_opt: seccomp:unconfined'],
    ['read_only: false', 'read_only: false'],
    ['mem_limit: 0', 'no memory limit'],
    ['pids_limit: -1', 'no pids limit'],
    ['logging: {options: {max-size: "-1"}}', 'logging: a log without end'],
    ['volumes: ["/srv/x:/x"]', 'volumes: /srv/x of the host'],
    ['volumes: ["/srv/x:/x:ro"]', 'volumes: /srv/x of the host, read-only'],
  ])('%s', (lines, words) => {
    expect(optOuts(web(lines))).toEqual([words]);
  });
});
