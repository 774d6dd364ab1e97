import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { memoryOf, type Process, parseSamples, sampleUntil } from '../../bench/processes.ts';

describe('samples', () => {
  test('are of those processes that were there for all of it', () => {
    const printed = [
      'sample',
      '/proc/1/status:Name:\tsystemd',
      '/proc/1/status:PPid:\t0',
      '/proc/1/status:Uid:\t0\t0\t0\t0',
      '/proc/70/status:Name:\tended: since',
      '/proc/70/status:PPid:\t1',
      '/proc/70/status:Uid:\t1000\t1000\t1000\t1000',
      '/proc/1/smaps_rollup:Pss:                5120 kB',
      '/proc/90/smaps_rollup:Pss:                 12 kB',
      'sample',
      '',
    ].join('\n');
    expect(parseSamples(printed)).toEqual([[{ pid: 1, parent: 0, uid: 0, name: 'systemd', kb: 5120 }], []]);
  });

  test('are what the script prints, until it is told to stop', () => {
    const directory = mkdtempSync(join(tmpdir(), 'bench-'));
    try {
      const stop = join(directory, 'stop');
      const printed = execFileSync('sh', ['-c', `(sleep 0.5; touch ${stop}) & ${sampleUntil(stop, 0.1)}`], {
        encoding: 'utf8',
      });
      const samples = parseSamples(printed);
      expect(samples.length).toBeGreaterThan(0);
      const own = samples[0]?.find(({ pid }) => pid === process.pid);
      expect(own).toMatchObject({ parent: process.ppid, uid: process.getuid?.() });
      expect(own?.kb).toBeGreaterThan(10_000);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('memory is that of', () => {
  const process = (pid: number, parent: number, name: string, kb: number, uid = 0): Process => ({
    ...{ pid, parent, name, kb, uid },
  });
  const system = [process(1, 0, 'systemd', 1), process(2, 1, 'sshd', 1)];

  test("Docker's engine and what it starts, and its services", () => {
    const found = [
      process(10, 1, 'dockerd', 100_000),
      process(11, 1, 'containerd', 40_000),
      process(12, 10, 'docker-proxy', 2_000),
      process(13, 1, 'containerd-shim', 8_000),
      process(14, 13, 'python', 20_000, 1000),
      process(15, 14, 'sh', 1_000, 1000),
      process(16, 13, 'runc', 500),
    ];
    expect(memoryOf([...system, ...found], 1000)).toEqual({
      docker: 150_500,
      podman: 0,
      dockerServices: 21_000,
      podmanServices: 0,
      all: 171_502,
    });
  });

  test("Podman's helpers and all else of the account, and its services", () => {
    const found = [
      process(20, 1, 'systemd', 9_000, 1000),
      process(21, 20, 'dbus-daemon', 2_000, 1000),
      process(22, 20, 'pasta.avx2', 15_000, 1000),
      process(23, 20, 'aardvark-dns', 1_000, 1000),
      process(24, 20, 'conmon', 600, 1000),
      process(25, 24, 'python', 20_000, 100_000),
      process(26, 25, 'python', 3_000, 100_000),
      process(27, 20, 'podman', 30_000, 1000),
    ];
    expect(memoryOf([...system, ...found], 1000)).toEqual({
      docker: 0,
      podman: 57_600,
      dockerServices: 0,
      podmanServices: 23_000,
      all: 80_602,
    });
  });
});
