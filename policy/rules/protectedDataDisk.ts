import type { DiskArgs } from '@pulumi/gcp/compute/disk.js';
import type { RegionDiskArgs } from '@pulumi/gcp/compute/regionDisk.js';
import { of, resourceRule, type Subject } from '../rule.ts';

export const protectedDataDisk = resourceRule({
  name: 'protected-data-disk',
  description: 'A disk that holds data is protected: no plan may delete or replace it by accident.',
  options: {},
  checks: {
    // what is made from an image is a boot disk, and can be made again
    'gcp:compute/disk:Disk': of<DiskArgs>(({ image }, subject) => (image ? [] : unprotected(subject))),
    'gcp:compute/regionDisk:RegionDisk': of<RegionDiskArgs>((_, subject) => unprotected(subject)),
  },
});

function unprotected({ protect }: Subject): string[] {
  return protect ? [] : ['is a data disk that is not protected: give it the option protect: true'];
}
