/** Something that the project needs is missing. Its message says what, and the command that mends it. */
export class ToolchainError extends Error {
  override name = 'ToolchainError';
}
