import { createInterface } from 'node:readline/promises';
import { type LoadArgs, startLoad } from './load.ts';
import type { Records } from './report.ts';

/**
 * The driver's process: the first line on stdin says what to send, and its end when to stop. On stdout: a line
 * once it sends, then what became of every request.
 */
const input = createInterface({ input: process.stdin });
for await (const line of input) {
  const load = startLoad(JSON.parse(line) as LoadArgs);
  process.stdout.write('sending\n');
  await new Promise((resolve) => input.once('close', resolve));
  const { requests, streams, rate, seconds } = await load.stop();
  const records: Records = { requests, streams, rate, seconds };
  process.stdout.write(JSON.stringify(records));
}
