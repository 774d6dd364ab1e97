import { expect, test } from '@jest/globals';
import { run } from '../../toolchain/run.ts';

test('returns standard output, and passes on every line as it comes', async () => {
  const lines: string[] = [];
  const output = await run('/bin/sh', ['-c', 'echo one; echo two >&2; printf three'], {
    onLine: (line) => lines.push(line),
  });
  expect(output).toBe('one\nthree');
  expect(lines.sort()).toEqual(['one', 'two']);
});

test('fails with the command, its exit code and the last lines', async () => {
  const script = 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "line $i"; done; printf end; exit 3';
  const error = await run('/bin/sh', ['-c', script]).catch((error: Error) => error);
  expect(error).toBeInstanceOf(Error);
  const lines = (error as Error).message.split('\n');
  expect(lines[0]).toMatch(/" failed \(exit code 3\)$/);
  expect(lines).not.toContain('  line 25');
  expect(lines.slice(-3)).toEqual(['  line 39', '  line 40', '  end']);
});

test('names a command that is not there', async () => {
  await expect(run('/nowhere/tool', [])).rejects.toThrow('cannot run "/nowhere/tool": ');
});

test('ends what takes too long, with what it started', async () => {
  const startedAt = Date.now();
  await expect(run('/bin/sh', ['-c', 'sleep 60 & sleep 60'], { timeoutMs: 200 })).rejects.toThrow(
    'was stopped after 0.2 s',
  );
  // The output stays open as long as any of them lives.
  expect(Date.now() - startedAt).toBeLessThan(10_000);
});
