import { connect } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openVm, type Vm } from './vm/vm.ts';

/**
 * The two commands of Google's CLI that the stack uses, for machines of the rehearsal that the environment
 * variable CORTEX_REHEARSAL names the folder of:
 *
 *   gcloud compute start-iap-tunnel VM PORT --listen-on-stdin …
 *   gcloud compute instances get-guest-attributes VM --query-path=hostkeys/ --format=json …
 */
const { positionals } = parseArgs({ strict: false, allowPositionals: true });
const command = positionals.join(' ');

const tunnel = /^compute start-iap-tunnel (\S+) (\d+)$/.exec(command);
const attributes = /^compute instances get-guest-attributes (\S+)$/.exec(command);
if (tunnel?.[1] && tunnel[2]) pipe(machine(tunnel[1]), Number(tunnel[2]));
else if (attributes?.[1]) printHostKeys(machine(attributes[1]));
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

function pipe(vm: Vm, port: number): void {
  const socket = connect(port, vm.address);
  socket.once('error', (error) => refuse(`Error while connecting [4003: '${error.message}']`));
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
  socket.once('close', () => process.exit(0));
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
