import { expect, test } from '@jest/globals';
import { machineTypes } from '../../../config/gcp/machineTypes.ts';
import { machineOf } from '../../../preflight/cloud/machine.ts';

test('every machine type that a stack may have is known', () => {
  expect(machineTypes.filter((type) => !machineOf(type))).toEqual([]);
});

test('shared cores count whole, and are billed in part', () => {
  expect(machineOf('e2-small')).toEqual({ series: 'e2', billedCpus: 0.5, cpus: 2, memoryGib: 2 });
  expect(machineOf('n2-highmem-4')).toEqual({ series: 'n2', billedCpus: 4, cpus: 4, memoryGib: 32 });
});

test.each(['n2-custom-4-8192', 'e2-standard', 'x9-standard-2', ''])('%s is not', (type) => {
  expect(machineOf(type)).toBeUndefined();
});
