import { expect, test } from '@jest/globals';
import { toolsArea, wantedTools } from '../../../preflight/cloud/tools.ts';

const versions = {
  node: 'v24.11.1\n',
  pulumi: 'v3.258.0',
  ssh: 'OpenSSH_10.0p2 Debian-7, OpenSSL 3.5.4',
  gcloud: 'Google Cloud SDK 550.0.0\nbq 2.1.0',
  docker: '26.1.5',
};

test('what a stack needs follows from where it runs, and whether it builds', () => {
  const names = (stack: { gcp: boolean; builds: boolean }) => wantedTools(stack).map(({ name }) => name);
  expect(names({ gcp: false, builds: false })).toEqual(['node', 'pulumi', 'ssh']);
  expect(names({ gcp: true, builds: true })).toEqual(['node', 'pulumi', 'ssh', 'gcloud', 'docker']);
});

test('all well', () => {
  expect(toolsArea(wantedTools({ gcp: true, builds: true }), versions)).toMatchObject({
    well: ['node 24.11.1', 'pulumi 3.258.0', 'ssh 10.0', 'gcloud 550.0.0', 'docker 26.1.5'],
    findings: [],
  });
});

test.each([
  ['pulumi', 'v3.257.9', 'it is 3.257.9, and 3.258 or later is needed'],
  ['pulumi', 'v2.300.0', 'it is 2.300.0, and 3.258 or later is needed'],
  ['node', 'v20.1.0', 'it is 20.1.0, and 24 or later is needed'],
  ['node', 'no number', 'its version is not known, and 24 or later is needed'],
  ['gcloud', undefined, 'it is not on PATH, or does not run; SSH to the VM goes through its IAP tunnel'],
])('%s %s', (name, said, found) => {
  const { findings } = toolsArea(wantedTools({ gcp: true, builds: false }), { ...versions, [name]: said });
  expect(findings).toEqual([expect.objectContaining({ severity: 'refusal', where: name, found })]);
});

test.each(['v3.258.0', 'v3.300.1', 'v4.0.0'])('pulumi %s will do', (pulumi) => {
  expect(toolsArea(wantedTools({ gcp: true, builds: false }), { ...versions, pulumi }).findings).toEqual([]);
});
