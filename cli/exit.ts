/** What `cortex` ends with. `exec` and `run` end with the code of the command that they ran. */
export const exit = {
  ok: 0,
  /** it could not be done; the reason is on stderr */
  error: 1,
  /** the command line was not understood */
  usage: 2,
  /** it would do harm, and was not begun */
  refused: 3,
  /** something differs from what is declared; as `pulumi preview --expect-no-changes` has it */
  drift: 7,
  /** `exec` and `run` only: the command never ran; as docker and podman have it */
  notRun: 125,
} as const;

/** What went wrong, told to a person without a stack trace. */
export class CliError extends Error {
  readonly code: number;
  constructor(message: string, code: number = exit.error) {
    super(message);
    this.name = 'CliError';
    this.code = code;
  }
}
