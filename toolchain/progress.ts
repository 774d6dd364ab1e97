/** Takes one line, without its newline. */
export type Log = (line: string) => void;

export const toStderr: Log = (line) => void process.stderr.write(`${line}\n`);

/** How often a step that takes long says that it is alive. */
const everyMs = 5_000;

export interface Step {
  /** what is being done just now; printed with the next sign of life */
  note(text: string): void;
}

/**
 * Does work that may take minutes: says what it is, then every few seconds how long it has been at it.
 * The same lines on a terminal and in a log, so that a log can be read later.
 */
export async function step<T>(log: Log, title: string, work: (step: Step) => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  let current = '';
  log(title);
  const timer = setInterval(() => log(`  ${seconds()} s${current && `: ${current}`}`), everyMs);
  try {
    const result = await work({
      note: (text) => {
        current = text;
      },
    });
    log(`  done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
