import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { secretType, versionType } from './clouds/gcp/secretManager.ts';
import { Store, type Stored } from './clouds/store.ts';
import { openVm, type Vm } from './vm/vm.ts';

/** What `bin/gcloud` does not do itself. */
const { positionals, values } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: { project: { type: 'string' }, 'data-file': { type: 'string' } },
});
const command = positionals.slice(0, -1).join(' ');
const name = positionals.at(-1) ?? '';

switch (command) {
  case 'compute instances get-guest-attributes':
    printHostKeys(machine());
    break;
  case 'secrets create':
    secrets().put({ ...secret(), outputs: { name: secret().id } });
    addVersion();
    break;
  case 'secrets versions add':
    addVersion();
    break;
  case 'secrets delete':
    for (const { type, id } of versions()) secrets().delete(type, id);
    secrets().delete(secret().type, secret().id);
    break;
  default:
    refuse(`"gcloud ${positionals.join(' ')}" is none of what a rehearsal knows`);
}

function directory(): string {
  return process.env.CORTEX_REHEARSAL ?? refuse('CORTEX_REHEARSAL does not name the folder of a rehearsal');
}

/** The simulated Google Cloud. */
function secrets(): Store {
  return new Store(join(directory(), 'clouds', 'gcp.json'));
}

function secret(): Stored {
  const inputs = { project: `${values.project}`, secretId: name, replication: { auto: {} } };
  return {
    type: secretType,
    id: `projects/${values.project}/secrets/${name}`,
    inputs,
    outputs: {},
    hidden: {},
  };
}

function versions(): Stored[] {
  return secrets()
    .list(versionType)
    .filter(({ id }) => id.startsWith(`${secret().id}/versions/`));
}

/** From standard input, as `--data-file=-` has it. */
function addVersion(): void {
  const { id } = secret();
  if (!secrets().get(secretType, id)) refuse(`NOT_FOUND: Secret [${id}] not found`);
  const inputs = { secret: id, secretData: readFileSync(0, 'utf8') };
  const version = `${id}/versions/${versions().length + 1}`;
  secrets().put({ type: versionType, id: version, inputs, outputs: { name: version }, hidden: {} });
}

function machine(): Vm {
  try {
    return openVm(join(directory(), 'vms', name));
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
