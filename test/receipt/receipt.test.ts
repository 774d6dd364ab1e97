import { describe, expect, test } from '@jest/globals';
import { compareData } from '../../receipt/dataIdentity.ts';
import { makeReceipt } from '../../receipt/receipt.ts';
import { deployment } from './deployment.ts';

describe('a flip that lost nothing', () => {
  const receipt = makeReceipt(deployment());

  test('in all and by service: counts, latencies, how it was replaced, how long requests were held', () => {
    expect(receipt).toMatchObject({ sent: 840, answered: 840, lost: 0, failures: {}, seconds: 10 });
    expect(receipt.services).toMatchObject({
      'cortex-engine': { sent: 280, rollout: 'recreate', longestHeldMs: 2000 },
      'cortex-admin': { sent: 280, rollout: 'recreate', longestHeldMs: 1500 },
      'cortex-dashboard': { sent: 280, rollout: 'rolling', longestHeldMs: null, max: 8 },
    });
    expect(receipt.services['cortex-dashboard']?.streams).toEqual({
      clients: 1,
      reconnects: 1,
      refused: 0,
      gapMs: 110,
    });
  });

  test('the phases: before, each step in order of time, after, all', () => {
    const { phases, startedAt } = receipt;
    expect(phases.map(({ name, startedAt: at }) => [name, at - startedAt])).toEqual([
      ['before', -2000],
      ['park cortex-engine on docker', 2000],
      ['create cortex-engine on podman', 2700],
      ['switch cortex-engine on podman', 3900],
      ['create cortex-dashboard on podman', 4200],
      ['park cortex-admin on docker', 5000],
      ['create cortex-admin on podman', 5400],
      ['switch cortex-dashboard on podman', 5500],
      ['remove cortex-dashboard on docker', 5600],
      ['switch cortex-admin on podman', 6400],
      ['remove cortex-engine on docker', 8000],
      ['after', 9000],
      ['in all', -2000],
    ]);
    expect(phases[0]).toMatchObject({ sent: 240, max: 8 });
    // what was held then waited until the switch
    expect(phases[1]).toMatchObject({ lost: 0, max: 2005, services: { 'cortex-engine': { max: 2005 } } });
  });

  test('the timeline holds every answer once, by who gave it', () => {
    const { services, buckets, bucketMs } = receipt.timeline;
    expect({ buckets, bucketMs }).toEqual({ buckets: 56, bucketMs: 250 });
    for (const { service, instances, lost } of services) {
      expect(instances.map(({ runtime }) => runtime)).toEqual(['docker', 'podman']);
      const all = instances.flatMap(({ answers }) => answers).reduce((sum, count) => sum + count, 0);
      expect({ service, all, lost: lost.some((count) => count > 0) }).toEqual({
        service,
        all: 280,
        lost: false,
      });
    }
  });
});

test('what is lost is found where it was lost: phase, service, reason, time', () => {
  const receipt = makeReceipt(deployment(7));
  expect(receipt).toMatchObject({ sent: 840, answered: 833, lost: 7 });
  expect(receipt.failures).toEqual({ 'status 503, expected 200: "<html>"': 7 });
  expect(receipt.lostRequests).toHaveLength(7);
  expect(receipt.services['cortex-dashboard']).toMatchObject({ lost: 7 });
  const phase = (name: string) => receipt.phases.find((each) => each.name.startsWith(name));
  expect(phase('remove cortex-dashboard')).toMatchObject({ lost: 7 });
  expect(phase('before')).toMatchObject({ lost: 0 });
  expect(phase('after')).toMatchObject({ lost: 0 });
  const dashboard = receipt.timeline.services.find(({ service }) => service === 'cortex-dashboard');
  expect(dashboard?.lost.reduce((sum, count) => sum + count, 0)).toBe(7);
});

test('a deployment that nobody used, and one without steps', () => {
  const nothing = { ...deployment(), requests: [], streams: [], steps: [] };
  expect(makeReceipt(nothing)).toMatchObject({
    sent: 0,
    p50: null,
    services: {},
    timeline: { services: [] },
    phases: [{ name: 'before' }, { name: 'after' }, { name: 'in all' }],
  });
});

test('data: the same, different, or nobody could look', () => {
  const state = { owner: '1000:1000', mode: '0755', files: 3, hash: 'x' };
  expect(compareData({ volume: 'v', before: state, after: { ...state } })).toBe('same');
  for (const other of [{ owner: '0:0' }, { mode: '0700' }, { files: 0 }, { hash: 'y' }]) {
    expect(compareData({ volume: 'v', before: state, after: { ...state, ...other } })).toBe('different');
  }
  expect(compareData({ volume: 'v', before: state, after: null })).toBe('unknown');
});
