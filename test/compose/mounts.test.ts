import { describe, expect, test } from '@jest/globals';
import { refusals, web } from './file.ts';

const rest = 'volumes: {data: , logs: {driver: local}}';
const around = { digests: { knowledge: 'd1', 'a/b.txt': 'd2' } };
const data = { kind: 'volume', volume: 'data', target: '/data', readOnly: false };
const knowledge = { kind: 'project', source: 'knowledge', target: '/k', readOnly: false, digest: 'd1' };
const tmp = { kind: 'tmpfs', target: '/tmp', sizeBytes: 0, mode: '1777' };

describe('volumes and tmpfs', () => {
  test.each([
    ['volumes: ["data:/data"]', [data]],
    ['volumes: ["data:/data/:rw"]', [data]],
    ['volumes: ["data:/data:ro"]', [{ ...data, readOnly: true }]],
    ['volumes: ["data:/data:ro,nocopy"]', [{ ...data, readOnly: true }]],
    ['volumes: ["./knowledge:/k"]', [knowledge]],
    ['volumes: ["./x/../knowledge/:/k:ro"]', [{ ...knowledge, readOnly: true }]],
    ['volumes: ["./a/b.txt:/b.txt"]', [{ ...knowledge, source: 'a/b.txt', target: '/b.txt', digest: 'd2' }]],
    [
      'volumes: ["/etc/localtime:/etc/localtime:ro"]',
      [{ kind: 'host', source: '/etc/localtime', target: '/etc/localtime', readOnly: true }],
    ],
    ['volumes: ["/srv/x/:/x"]', [{ kind: 'host', source: '/srv/x', target: '/x', readOnly: false }]],
    ['volumes: [{type: volume, source: data, target: /data}]', [data]],
    ['volumes: [{type: volume, source: data, target: /data, volume: {nocopy: true}}]', [data]],
    [
      'volumes: [{type: bind, source: knowledge, target: /k, read_only: true, bind: {create_host_path: false}}]',
      [{ ...knowledge, readOnly: true }],
    ],
    [
      'volumes: [{type: tmpfs, target: /tmp, tmpfs: {size: 64m, mode: 0700}}]',
      [{ ...tmp, sizeBytes: 67_108_864, mode: '0700' }],
    ],
    [
      'volumes: [{type: tmpfs, target: /tmp, tmpfs: {size: 4096, mode: 01777}}]',
      [{ ...tmp, sizeBytes: 4096 }],
    ],
    ['tmpfs: /tmp', [tmp]],
    [
      'tmpfs: [/tmp, "/run:size=1m,mode=755"]',
      [{ ...tmp, target: '/run', sizeBytes: 1_048_576, mode: '0755' }, tmp],
    ],
    // sorted, so that their order in the file is no difference
    ['volumes: ["logs:/logs", "data:/data"]', [data, { ...data, volume: 'logs', target: '/logs' }]],
  ])('%s', (lines, mounts) => {
    // what the file says, without the /tmp that it gets by default
    expect(web(`read_only: true\n${lines}`, rest, around).mounts).toEqual(mounts);
  });

  const zero = 'services.web.volumes[0]';
  test.each([
    ['volumes: [/data]', `${zero}: a name for the volume`],
    ['volumes: [{type: volume, target: /data}]', `${zero}: a name for the volume`],
    ['volumes: ["date:/data"]', `${zero}: a volume of the top-level`],
    ['volumes: ["data:data"]', `${zero}: an absolute path in the container`],
    ['volumes: ["data:/"]', `${zero}: an absolute path in the container`],
    ['volumes: ["data:/data:z"]', `${zero}: ro or rw, not the option "z"`],
    ['volumes: ["a:b:c:d"]', `${zero}: source:target`],
    ['volumes: ["../other:/k"]', `${zero}: a file or folder inside the project`],
    ['volumes: ["./a/../../other:/k"]', `${zero}: a file or folder inside the project`],
    ['volumes: [".:/k"]', `${zero}: a file or folder inside the project`],
    ['volumes: ["~/x:/k"]', `${zero}: a file or folder inside the project`],
    ['volumes: ["./gone:/k"]', `${zero}: a file or folder of the project; gone is not there`],
    ['volumes: ["/var/run/docker.sock:/s"]', `${zero}: a path with neither a runtime's socket`],
    ['volumes: ["/srv/tunnel/docker.sock:/s"]', `${zero}: a path with neither a runtime's socket`],
    ['volumes: ["/:/host:ro"]', `${zero}: a path with neither a runtime's socket`],
    ['volumes: ["/var/run:/run"]', `${zero}: a path with neither a runtime's socket`],
    ['volumes: ["/var/lib:/lib"]', `${zero}: a path with neither a runtime's socket`],
    ['volumes: ["/etc/shadow:/shadow:ro"]', `${zero}: a path with neither a runtime's socket`],
    [
      'volumes: [{type: bind, source: /x, target: /x, bind: {propagation: shared}}]',
      `${zero}.bind.propagation: no`,
    ],
    [
      'volumes: [{type: bind, source: /x, target: /x, bind: {create_host_path: true}}]',
      `${zero}.bind.create_host_path`,
    ],
    [
      'volumes: [{type: volume, source: data, target: /x, volume: {subpath: y}}]',
      `${zero}.volume.subpath: no`,
    ],
    ['volumes: [{type: image, source: x, target: /x}]', `${zero}: a mount of type`],
    ['volumes: [{type: volume, source: data, target: /x, consistency: cached}]', `${zero}.consistency: no`],
    ['tmpfs: ["/tmp:noexec"]', 'services.web.tmpfs[0]: size= or mode='],
    ['tmpfs: ["/tmp:size=big"]', 'services.web.tmpfs[0]: a size'],
    ['tmpfs: ["/tmp:mode=9"]', 'services.web.tmpfs[0]: an octal mode'],
    ['tmpfs: tmp', 'services.web.tmpfs: an absolute path'],
    ['volumes: ["data:/x"]\ntmpfs: /x/', 'services.web: one volume, tmpfs, secret or config at one target'],
  ])('%s is refused', (lines, refusal) => {
    expect(refusals(lines, rest, around)).toEqual([expect.stringContaining(refusal)]);
  });

  test.each([
    ['volumes: {data: {driver: nfs}}', 'volumes.data.driver: local'],
    ['volumes: {Data: }', 'volumes.Data: a name'],
  ])('%s is refused', (section, refusal) => {
    expect(refusals('init: false', section)).toEqual([expect.stringContaining(refusal)]);
  });
});
