import type { Rule } from './rule.ts';
import { adminAccess } from './rules/adminAccess.ts';
import { inbound } from './rules/inbound.ts';
import { memoryLimits } from './rules/memoryLimits.ts';
import { pinnedDigests } from './rules/pinnedDigests.ts';
import { leakedSecret, plaintextSecret } from './rules/plaintextSecret.ts';
import { privileged } from './rules/privileged.ts';
import { protectedDataDisk } from './rules/protectedDataDisk.ts';
import { publicIp } from './rules/publicIp.ts';
import { runtimeSocket } from './rules/runtimeSocket.ts';

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  inbound,
  publicIp,
  privileged,
  runtimeSocket,
  pinnedDigests,
  plaintextSecret,
  leakedSecret,
  protectedDataDisk,
  adminAccess,
  memoryLimits,
];
