import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

const project = join(import.meta.dirname, '../..');
const folder = join(project, '.github', 'workflows');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

// `npm run check` has actionlint for what can be wrong with any workflow; these are this project's own rules
describe.each(readdirSync(folder))('%s', (file) => {
  const text = read(file);

  test('pins every action to a commit, and says which version that is', () => {
    const used = text.match(/uses: .*/g) ?? [];
    expect(used.length).toBeGreaterThan(0);
    for (const each of used) expect(each).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('runs the versions that the project runs', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    expect(text).toContain(`pulumi-version: ${dependencies['@pulumi/pulumi']}\n`);
    expect(text).toContain(`node-version: ${devDependencies.node.split('.')[0]}\n`);
  });

  test('may read, and nothing else; has a time limit; never changes anything', () => {
    const workflow = parse(text);
    expect(workflow.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    for (const job of Object.values<{ 'timeout-minutes': number; permissions?: object }>(workflow.jobs)) {
      expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
      expect(job.permissions).toBeUndefined();
    }
    expect(text).not.toMatch(/pulumi (up|destroy|cancel|import|state|refresh(?! --preview-only))\b/);
  });

  test('names stacks and files that there are', () => {
    const jobs = Object.values<{ strategy: { matrix: { stack: string[] } } }>(parse(text).jobs);
    for (const { strategy } of jobs)
      for (const stack of strategy.matrix.stack)
        expect(existsSync(join(project, `Pulumi.${stack}.yaml`))).toBe(true);
    for (const [script] of text.matchAll(/toolchain\/[\w/]+\.sh/g))
      expect(existsSync(join(project, script))).toBe(true);
  });
});
