import { styleText } from 'node:util';

/** What a person sees of a rehearsal: one line a step, what it found below it, and what is going on. */
export interface Screen {
  step(name: string): void;
  /** something found */
  say(text: string): void;
  /** a text shown as it is, such as a diff */
  quote(text: string): void;
  /** a line of a tool that is at work: shown only for as long as it is the last one */
  detail(line: string): void;
  done(step: { name: string; seconds: number; ok: boolean }): void;
}

/** Every how many milliseconds a step without a terminal says that it is still at work. */
const aliveMs = 10_000;

/** A screen on a stream: with colour and a moving last line on a terminal, plain lines otherwise. */
export function screenOn(stream: NodeJS.WriteStream, verbose: boolean): Screen {
  const terminal = stream.isTTY === true;
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    terminal ? styleText(format, text, { stream }) : text;
  let last = '';
  let begun = 0;
  let timer: NodeJS.Timeout | undefined;

  const clear = () => {
    if (terminal) stream.write('\r\x1b[K');
  };
  const print = (text: string) => {
    clear();
    stream.write(`${text}\n`);
  };
  const elapsed = () => Math.round((Date.now() - begun) / 1000);
  const alive = () => {
    if (terminal)
      stream.write(`\r\x1b[K${shorten(`    ${elapsed()} s  ${last}`, (stream.columns || 80) - 1)}`);
    else print(shorten(`    ${elapsed()} s  ${last}`, 80));
  };

  return {
    step(name) {
      begun = Date.now();
      last = '';
      print(style('bold', `• ${name}`));
      timer = setInterval(alive, terminal ? 250 : aliveMs);
    },
    say: (text) => print(`    ${text}`),
    quote: (text) => print(text.trimEnd().replace(/^/gm, '    ')),
    detail(line) {
      if (line.trim() === '' || /^@ /.test(line)) return;
      last = line.trim();
      if (verbose) print(style('dim', `    | ${line}`));
    },
    done({ seconds, ok }) {
      clearInterval(timer);
      clear();
      print(
        ok ? `    ${style('green', 'ok')} (${seconds} s)` : `    ${style('red', 'FAILED')} (${seconds} s)`,
      );
    },
  };
}

function shorten(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}
