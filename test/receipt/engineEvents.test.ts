import { expect, test } from '@jest/globals';
import { type EngineEvent, stepsOfEvents } from '../../receipt/engineEvents.ts';

const urn = (type: string, name: string) => `urn:pulumi:dev::cortex::containerhost:index:${type}::${name}`;

function event(
  at: number,
  kind: string,
  op: string,
  type: string,
  name: string,
  over: object = {},
): EngineEvent {
  const metadata = { op, urn: urn(type, name), type: `containerhost:index:${type}`, ...over };
  return { at, line: JSON.stringify({ sequence: 1, timestamp: 1, [kind]: { metadata } }) };
}

const docker = { old: { id: 'e-1', inputs: { runtime: 'docker' } } };
const podman = { new: { inputs: { runtime: 'podman' } } };
const made = { new: { id: 'e-2', inputs: { runtime: 'podman' } } };

test('a single writer: parked, created, switched', () => {
  const steps = stepsOfEvents([
    { at: 0, line: '{"sequence":0,"timestamp":1,"preludeEvent":{"config":{}}}' },
    event(1, 'resourcePreEvent', 'same', 'Proxy', 'dev'),
    event(2, 'resourcePreEvent', 'delete-replaced', 'Instance', 'e', docker),
    event(5, 'resOutputsEvent', 'delete-replaced', 'Instance', 'e', docker),
    event(6, 'resourcePreEvent', 'replace', 'Instance', 'e', podman),
    event(7, 'resourcePreEvent', 'create-replacement', 'Instance', 'e', podman),
    event(9, 'resOutputsEvent', 'create-replacement', 'Instance', 'e', made),
    event(10, 'resourcePreEvent', 'update', 'Slot', 'e', { new: { inputs: { instance: 'e-2' } } }),
    event(11, 'resOutputsEvent', 'update', 'Slot', 'e', { new: { inputs: { instance: 'e-2' } } }),
  ]);
  const step = { service: 'e', failed: false };
  expect(steps).toEqual([
    { ...step, kind: 'park', instance: 'e-1', runtime: 'docker', startedAt: 2, endedAt: 5 },
    { ...step, kind: 'create', instance: 'e-2', runtime: 'podman', startedAt: 7, endedAt: 9 },
    { ...step, kind: 'switch', instance: 'e-2', runtime: null, startedAt: 10, endedAt: 11 },
  ]);
});

test('a rolling one is removed last; two of the same service are told apart by what is done', () => {
  const steps = stepsOfEvents([
    event(1, 'resourcePreEvent', 'create-replacement', 'Instance', 'e', podman),
    event(4, 'resOutputsEvent', 'create-replacement', 'Instance', 'e', made),
    event(7, 'resourcePreEvent', 'delete-replaced', 'Instance', 'e', docker),
    event(9, 'resOutputsEvent', 'delete-replaced', 'Instance', 'e', docker),
  ]);
  expect(steps.map(({ kind, startedAt, endedAt }) => [kind, startedAt, endedAt])).toEqual([
    ['create', 1, 4],
    ['remove', 7, 9],
  ]);
});

test('one that failed says so', () => {
  const steps = stepsOfEvents([
    event(1, 'resourcePreEvent', 'create', 'Instance', 'e', podman),
    event(3, 'resOpFailedEvent', 'create', 'Instance', 'e', podman),
  ]);
  expect(steps).toMatchObject([{ kind: 'create', startedAt: 1, endedAt: 3, failed: true }]);
});
