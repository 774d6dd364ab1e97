import type { Socket } from 'node:net';

/** Longer than any line of the protocol. */
const lineLimitBytes = 4096;

/**
 * Reads one line, without its newline, and leaves the socket paused with what came after it unread (its next reader resumes it).
 *
 * @throws if the connection ends first, the line is too long, or none comes in time
 */
export function firstLine(socket: Socket, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.off('data', read).off('end', ended).off('close', ended);
      socket.pause();
      settle();
    };
    const read = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf(0x0a);
      if (end >= 0) {
        finish(() => {
          if (end + 1 < seen.length) socket.unshift(seen.subarray(end + 1));
          resolve(seen.toString('utf8', 0, end));
        });
      } else if (seen.length > lineLimitBytes) {
        finish(() => reject(new Error(`no line within ${lineLimitBytes} bytes`)));
      }
    };
    const ended = () => finish(() => reject(new Error('the connection ended before a line')));
    const timer = setTimeout(() => finish(() => reject(new Error(`no line in ${timeoutMs} ms`))), timeoutMs);
    socket.on('data', read).on('end', ended).on('close', ended);
  });
}

/** Calls back for each line that follows, without its newline. A line too long ends the connection. */
export function eachLine(socket: Socket, callback: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) callback(line);
    if (rest.length > lineLimitBytes) socket.destroy();
  });
  socket.resume();
}
