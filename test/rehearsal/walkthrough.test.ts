import { expect, test } from '@jest/globals';
import { detected, otherChanges } from '../../rehearsal/walkthrough.ts';

const flip = `  pulumi:pulumi:Stack: (same)
    +-containerhost:index:Instance: (replace)
      ~ runtime: "docker" => "podman"
    ~ containerhost:index:Slot: (update)
`;

test('what a flip changes besides services is told by type', () => {
  expect(otherChanges(flip)).toEqual([]);
  expect(otherChanges(`${flip}    ~ gcp:compute/instance:Instance: (update)\n`)).toEqual([
    'gcp:compute/instance:Instance',
  ]);
  expect(otherChanges(`${flip}    +-containerhost:index:Proxy: (replace)\n`)).toEqual([
    'containerhost:index:Proxy',
  ]);
});

test('a tampering that a preview does not tell of is not detected', () => {
  for (const tamper of ['stopped', 'removed', 'started by hand'] as const) {
    expect(detected(flip, { tamper, service: 'cortex-admin' })).toBe(false);
  }
});
