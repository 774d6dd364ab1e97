import { expect, test } from '@jest/globals';
import { restartNotice } from '../../../components/vm/resize.ts';

const machine = { machineType: 'e2-small', labels: {} };

test('another machine type restarts the VM, and it is said which', () => {
  expect(restartNotice('cortex-prod', machine, { ...machine, machineType: 'e2-medium' })).toBe(
    'cortex:host.machineType e2-small => e2-medium restarts VM cortex-prod: nothing is served for a minute or two. Data stays, and the services come back by themselves.',
  );
});

test('other changes do not', () => {
  expect(restartNotice('cortex-prod', machine, { ...machine, labels: { a: 'b' } })).toBeUndefined();
});
