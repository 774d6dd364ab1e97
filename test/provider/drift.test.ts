import { describe, expect, test } from '@jest/globals';
import type { Baseline } from '../../provider/baseline.ts';
import { type Change, propertyOf } from '../../provider/change.ts';
import { instanceDrift, madeBy } from '../../provider/drift.ts';
import { type Inspected, observe } from '../../provider/observed.ts';
import { parseReading } from '../../provider/reading.ts';
import { textDiff } from '../../provider/textDiff.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { container, reading, type Sections } from './fakeHost.ts';
import { inputs, spec } from './fixture.ts';

const upgraded = ['package docker.io 28.0', 'package podman 6.0'];
const old = ['package docker.io 26.1', 'package podman 5.4'];
const made = container({ Id: 'a'.repeat(64) });

/** What is found of an instance that was made as `before` and is now as `after`. */
function drift(
  after: Inspected,
  sections: Sections,
  { runtime = 'docker', files = {} }: { runtime?: RuntimeName; files?: Record<string, string> } = {},
): Change[] {
  const stored = { ...inputs({ runtime }), name: 'web-1234567' };
  const then = parseReading(reading({ host: old }));
  const baseline: Baseline = {
    observed: observe(runtime, made, spec()),
    files,
    secrets: {},
    made: madeBy(runtime, made, then),
  };
  const now = parseReading(reading({ host: old, files, ...sections }));
  return instanceDrift({ stored, baseline, container: after, reading: now }, textDiff);
}

const told = (changes: Change[]) =>
  changes.map((change) => [propertyOf(change), change.applied, change.now, change.whose]);

describe('whose change it is', () => {
  const other = (id: string) =>
    container({
      Id: id,
      HostConfig: { Memory: 0, NanoCpus: 0, RestartPolicy: { Name: 'no' }, CapAdd: ['CAP_NEW'] },
    });

  test('with the same engine, somebody changed it', () => {
    expect(told(drift(other(String(made.Id)), {}))).toEqual([
      ['spec.capAdd', [], ['CAP_NEW'], 'host'],
      ['spec.restart', 'always', 'no', 'host'],
    ]);
  });

  test('with another engine, what nobody can change of this container is its own doing', () => {
    expect(told(drift(other(String(made.Id)), { host: upgraded }))).toEqual([
      ['spec.capAdd', [], ['CAP_NEW'], 'runtime'],
      ['spec.restart', 'always', 'no', 'host'],
    ]);
  });

  test('with another engine and another container, somebody made it anew', () => {
    expect(drift(other('b'.repeat(64)), { host: upgraded }).map(({ whose }) => whose)).toEqual([
      'host',
      'host',
    ]);
  });

  test('a container of a unit is made anew at each start: the unit tells', () => {
    const again = container({ Id: 'c'.repeat(64), HostConfig: { Memory: 5, NanoCpus: 0 } });
    const files = { '/unit': 'f'.repeat(64) };
    const podman = { runtime: 'podman' as const, files };
    expect(told(drift(again, { host: upgraded }, podman))).toEqual([
      ['spec.limits.memoryBytes', 0, 5, 'runtime'],
    ]);
    expect(told(drift(again, { host: upgraded, files: { '/unit': 'e'.repeat(64) } }, podman))).toEqual([
      ['spec.limits.memoryBytes', 0, 5, 'host'],
      ['files["/unit"]', 'as applied', 'changed on the host', 'host'],
    ]);
  });
});

test('what nobody looked at then is no difference now', () => {
  const stored = { ...inputs(), name: 'web-1234567' };
  const { image } = observe('docker', made, spec());
  const baseline = {
    observed: { image: image ?? null },
    files: {},
    secrets: {},
  };
  const found = { stored, baseline, container: made, reading: parseReading(reading()) };
  expect(instanceDrift(found, textDiff)).toEqual([]);
});

test('what systemd reads beside a unit, and what keeps it from starting', () => {
  const units = '/home/cortex/.config/containers/systemd';
  const parked = `${units}/web-1234567.parked`;
  const override = `${units}/web-1234567.container.d/mine.conf`;
  const others = `${units}/web-7654321.container.d/mine.conf`;
  const digest = 'f'.repeat(64);
  // those of several units are nothing that a new instance would be without
  const dropIns = ['service.d', 'web-.service.d', 'web-1234567.service.d'].map(
    (folder) => `/a/${folder}/mine.conf`,
  );
  const unit = `Id=web-1234567.service\nLoadState=masked\nDropInPaths=${dropIns.join(' ')}`;
  const found = drift(
    made,
    { accountUnits: [unit], files: { [parked]: digest, [override]: digest, [others]: digest } },
    { runtime: 'podman' },
  );
  expect(told(found)).toEqual([
    ['files["/a/web-1234567.service.d/mine.conf"]', null, 'added on the host', 'host'],
    [`files["${override}"]`, null, 'added on the host', 'host'],
    ['files["web-1234567.service"]', null, 'masked on the host', 'host'],
    [`files["${parked}"]`, null, 'added on the host', 'host'],
  ]);
});

test("an alias that is the container's own id is none", () => {
  const named = (id: string, names: string[]) =>
    container({ Id: id, NetworkSettings: { Networks: { net: { Aliases: [id.slice(0, 12), ...names] } } } });
  const one = observe('podman', named('a'.repeat(64), ['web']), spec());
  expect(one.aliases).toEqual({ net: ['web'] });
  expect(observe('podman', named('b'.repeat(64), ['web']), spec())).toEqual(one);
});
