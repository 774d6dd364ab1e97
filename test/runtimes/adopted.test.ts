import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { renderAdopted } from '../../runtimes/adopted.ts';
import { verbs } from '../../runtimes/runtime.ts';
import { expectGolden } from './golden.ts';
import { admin, contextOf } from './services.ts';

const context = { ...contextOf(admin), instance: 'cortex-cortex-admin-1' };
const files = renderAdopted(admin, context, { restart: 'always' }).files;

test('a container that Compose started has the verbs of every instance, as golden/ has them', () => {
  const named = files.map(({ path, mode, owner, content }): [string, string] => [
    path.slice(context.directory.length + 1),
    `${mode} ${owner}\n${content}`,
  ]);
  expectGolden('adopted', Object.fromEntries(named));
  expect(named.map(([name]) => name)).toEqual(expect.arrayContaining([...verbs]));
});

test('a shell understands them', () => {
  for (const { path, content } of files.filter(({ content }) => content.startsWith('#!'))) {
    const { stderr, status } = spawnSync('sh', ['-n'], { input: content, encoding: 'utf8' });
    expect({ path, stderr, status }).toEqual({ path, stderr: '', status: 0 });
  }
});
