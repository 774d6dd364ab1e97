// Runs Pulumi's official installer for the SDK's own version: `node toolchain/installer.ts DIRECTORY`. A program
// of its own, so that whoever waits for it can set an end.
import { PulumiCommand } from '@pulumi/pulumi/automation/index.js';

const [root] = process.argv.slice(2);
if (!root) throw new Error('usage: node toolchain/installer.ts DIRECTORY');

/** Enough for a slow name server; where there is no internet at all this is what finding out may cost. */
const reachableWithinMs = 10_000;

try {
  await fetch('https://get.pulumi.com/install.sh', { signal: AbortSignal.timeout(reachableWithinMs) });
} catch (error) {
  const { message, cause } = error as Error;
  process.stderr.write(
    `get.pulumi.com is out of reach: ${cause instanceof Error ? cause.message : message}\n`,
  );
  process.exit(1);
}
await PulumiCommand.install({ root });
