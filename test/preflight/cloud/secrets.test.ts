import { expect, test } from '@jest/globals';
import { secretsArea } from '../../../preflight/cloud/secrets.ts';

test('what the stack has, and what it lacks', () => {
  const { well, findings } = secretsArea(['ONE', 'TWO'], { from: 'config', names: ['ONE', 'OTHER'] });
  expect(well).toEqual(['ONE']);
  expect(findings).toEqual([
    {
      severity: 'refusal',
      where: 'cortex:secrets.TWO',
      found: 'it is not set, and compose.yaml takes it from there',
      fix: "Run: pulumi config set --secret --path 'cortex:secrets.TWO'",
    },
  ]);
});

test('in Secret Manager, it is the version that is missing', () => {
  const { findings } = secretsArea(['ONE'], { from: 'secretManager', names: [] });
  expect(findings).toMatchObject([
    { where: 'cortex:secretVersions.ONE', fix: expect.stringContaining("'cortex:secretVersions.ONE' 1") },
  ]);
});
