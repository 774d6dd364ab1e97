import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { fileSources } from '../../../config/files.ts';
import { parseConfig } from '../../../config/parse.ts';
import { placeholders } from '../../../preflight/cloud/placeholders.ts';
import { declaration } from './declared.ts';

const project = join(import.meta.dirname, '../../..');

test.each(['prod', 'staging'])('what Pulumi.%s.yaml comes with is found', (stack) => {
  expect(placeholders(parseConfig(fileSources(project, stack))).map(({ where }) => where)).toEqual([
    'cortex:host.publicKey',
    'cortex:tunnel.accountId',
    'cortex:tunnel.zoneId',
  ]);
});

test("one's own is well, and so is none", () => {
  const tunnel = { accountId: 'a'.repeat(32), zoneId: '0'.repeat(31).concat('1'), hostnames: {} };
  expect(placeholders(declaration({ tunnel }, { publicKey: 'ssh-ed25519 AAAA me' }))).toEqual([]);
  expect(placeholders(declaration())).toEqual([]);
});
