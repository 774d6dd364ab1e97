import { describe, expect, test } from '@jest/globals';
import { notices } from '../../../components/vm/resize.ts';

const present = { machineType: 'e2-small', bootDiskGb: 20, deletionProtection: true };
const wanted = { machineType: 'e2-small', bootDiskGb: 20 };

describe('a preview', () => {
  test('says that another machine type restarts the VM', () => {
    expect(notices('cortex-prod', present, { ...wanted, machineType: 'e2-medium' })).toEqual([
      'cortex:host.machineType e2-small => e2-medium restarts VM cortex-prod: nothing is served for a minute or two. Data stays, and the services come back by themselves.',
    ]);
  });

  test('says that another boot disk replaces it, and that its protection is in the way', () => {
    const [notice, ...others] = notices('cortex-prod', present, { ...wanted, bootDiskGb: 30 });
    expect(others).toEqual([]);
    expect(notice).toContain('cortex:host.bootDiskGb 20 => 30 replaces VM cortex-prod');
    expect(notice).toContain('first set cortex:host.deletionProtection to false');
    const open = { ...present, deletionProtection: false };
    expect(notices('cortex-prod', open, { ...wanted, bootDiskGb: 30 })[0]).not.toContain('refuses');
  });

  test('says nothing of what stays, or is not known', () => {
    expect(notices('cortex-prod', present, wanted)).toEqual([]);
    expect(notices('cortex-prod', {}, wanted)).toEqual([]);
  });
});
