// `npm run soak`: what takes too long for `npm test`, against the real engine and the throwaway VM.
// Arguments go to Jest: `npm run soak -- faults` runs what has "faults" in its path.
import { machinePackages } from '../../rehearsal/vm/packages.ts';
import { ensureToolchain } from '../../toolchain/ensure.ts';
import { runProjects, tell } from '../jest.ts';

await tell(async () => {
  await ensureToolchain({ command: 'npm run soak', packages: machinePackages });
  // One at a time: figures are taken, which a second VM on the same cores would change.
  return runProjects(['soak'], ['--runInBand', '--verbose', ...process.argv.slice(2)]);
});
