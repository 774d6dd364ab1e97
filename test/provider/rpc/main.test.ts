import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from '@jest/globals';

const directory = mkdtempSync(join(tmpdir(), 'rpc-main-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const rpc = join(import.meta.dirname, '../../../provider/rpc');

test('a plugin prints its port first and ends with the engine that started it', async () => {
  const plugin = join(directory, 'plugin.mjs');
  writeFileSync(
    plugin,
    `import { main } from ${JSON.stringify(join(rpc, 'main.ts'))};
     await main({ name: 'fake', version: '1.0.0' });
     console.log(process.pid);`,
  );
  // A shell stands in for the engine; the plugin must not be its last command, or it would become it.
  const engine = spawn('/bin/sh', ['-c', `"${process.execPath}" "${plugin}" 127.0.0.1:1; true`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: engine.stdout })[Symbol.asyncIterator]();
  expect(Number((await lines.next()).value)).toBeGreaterThan(0);
  const pid = Number((await lines.next()).value);
  expect(alive(pid)).toBe(true);
  engine.kill('SIGKILL');
  await once(engine, 'exit');
  const deadline = Date.now() + 5000;
  while (alive(pid) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(alive(pid)).toBe(false);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
