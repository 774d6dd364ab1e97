import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buildTemplate } from '../images/template.ts';
import { openVm, startVm } from './vm.ts';

/** A VM by hand: `node rehearsal/vm/cli.ts start DIRECTORY`, then `ssh`, `kill`, `boot`, `reboot`, `destroy`. */
async function main([verb, directory, ...rest]: string[]): Promise<number> {
  const usage =
    'usage: node rehearsal/vm/cli.ts start|ssh|exec|kill|boot|reboot|destroy DIRECTORY [COMMAND…]';
  if (verb === undefined || directory === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const key = `${directory}.key`;
  if (verb === 'start') {
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'vm', '-f', key], { input: 'n\n' });
    const rootfs = await buildTemplate({ onProgress: (line) => process.stderr.write(`${line}\n`) });
    const vm = await startVm({
      id: 'scratch',
      directory,
      rootfs,
      user: 'deploy',
      publicKey: readFileSync(`${key}.pub`, 'utf8'),
      dataDisks: [{ deviceName: 'data', file: `${directory}.data`, sizeBytes: 4 * 2 ** 30 }],
    });
    process.stdout.write(`${vm.user}@${vm.address}\n`);
    return 0;
  }
  const vm = openVm(directory);
  switch (verb) {
    case 'ssh': {
      const options = ['-i', key, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
      const args = [...options, '-o', 'LogLevel=ERROR', `${vm.user}@${vm.address}`, ...rest];
      return spawnSync('ssh', args, { stdio: 'inherit' }).status ?? 1;
    }
    case 'exec':
      await vm.exec(rest.join(' '), { onLine: (line) => process.stdout.write(`${line}\n`) });
      return 0;
    case 'kill':
    case 'boot':
    case 'reboot':
    case 'destroy':
      await vm[verb]();
      return 0;
    default:
      process.stderr.write(`${usage}\n`);
      return 2;
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
