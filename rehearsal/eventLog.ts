import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { EngineEvent } from '../receipt/engineEvents.ts';

/** How often the log is looked at: the engine's own times are whole seconds. */
const everyMs = 20;

/** Follows a file that Pulumi writes its events to (`--event-log`), and notes when each was there. */
export function followEvents(file: string): { stop(): EngineEvent[] } {
  const events: EngineEvent[] = [];
  const chunk = Buffer.alloc(1024 * 1024);
  const decoder = new StringDecoder();
  let descriptor: number | undefined;
  let rest = '';
  const read = () => {
    if (descriptor === undefined && existsSync(file)) descriptor = openSync(file, 'r');
    if (descriptor === undefined) return;
    const at = Date.now();
    for (let size = 1; size > 0; ) {
      size = readSync(descriptor, chunk);
      rest += decoder.write(chunk.subarray(0, size));
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    events.push(...lines.filter((line) => line !== '').map((line) => ({ at, line })));
  };
  const timer = setInterval(read, everyMs);
  return {
    stop() {
      clearInterval(timer);
      read();
      if (descriptor !== undefined) closeSync(descriptor);
      return events;
    },
  };
}
