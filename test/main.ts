// `npm test`: the unit tests and those of the host's scripts, then the end-to-end tests against the real engine and the
// throwaway VM.
// Arguments go to Jest: `npm test -- flip` runs what has "flip" in its path.
import { machinePackages } from '../rehearsal/vm/packages.ts';
import { ensureToolchain } from '../toolchain/ensure.ts';
import { runProjects, tell } from './jest.ts';

await tell(async () => {
  const args = process.argv.slice(2);
  await ensureToolchain({
    command: 'npm test',
    packages: [...machinePackages, 'jq', 'libcap2-bin', 'rsync', 'shellcheck'],
  });
  const filter = args.length > 0 ? ['--passWithNoTests', ...args] : [];
  // End to end, each waits for its VM much of the time, and a third would fight over two cores.
  const unit = await runProjects(['unit', 'host'], ['--maxWorkers=2', ...filter]);
  const e2e = await runProjects(['e2e'], ['--maxWorkers=2', ...filter]);
  return { passed: unit.passed + e2e.passed, failed: unit.failed + e2e.failed };
});
