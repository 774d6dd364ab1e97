// Fetches Pulumi for whoever wants to run it by hand, and prints the PATH to run it with.
import { ToolchainError } from './error.ts';
import { toStderr } from './progress.ts';
import { ensurePulumi, pulumiEnvironment } from './pulumi.ts';

try {
  await ensurePulumi(toStderr);
  for (const [name, value] of Object.entries(pulumiEnvironment())) process.stdout.write(`${name}=${value}\n`);
} catch (error) {
  if (!(error instanceof ToolchainError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
