import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openVm, type Vm } from './vm/vm.ts';

/** What `bin/gcloud` does not do itself: `gcloud compute instances get-guest-attributes VM …`. */
const { positionals } = parseArgs({ strict: false, allowPositionals: true });
const command = positionals.join(' ');

const attributes = /^compute instances get-guest-attributes (\S+)$/.exec(command);
if (attributes?.[1]) printHostKeys(machine(attributes[1]));
else refuse(`"gcloud ${command}" is none of what a rehearsal knows`);

function machine(name: string): Vm {
  const directory = process.env.CORTEX_REHEARSAL;
  if (!directory) refuse('CORTEX_REHEARSAL does not name the folder of a rehearsal');
  try {
    return openVm(join(directory, 'vms', name));
  } catch {
    return refuse(`The resource '${name}' was not found`);
  }
}

function printHostKeys(vm: Vm): void {
  const keys = vm.hostKeys.map((line) => {
    const [key, value] = line.split(' ');
    return { key, namespace: 'hostkeys', value };
  });
  process.stdout.write(`${JSON.stringify(keys)}\n`);
}

function refuse(message: string): never {
  process.stderr.write(`ERROR: (gcloud) ${message}\n`);
  process.exit(1);
}
