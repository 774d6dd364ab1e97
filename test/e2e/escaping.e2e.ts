import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildTemplate } from '../../rehearsal/images/template.ts';
import { startVm, type Vm } from '../../rehearsal/vm/vm.ts';
import { runtimeNames } from '../../spec/service.ts';
import { toStderr } from '../../toolchain/progress.ts';
import { hostile } from '../runtimes/hostile.ts';
import { attackRuntime } from './escaping.ts';
import type { Exec } from './onHost.ts';
import { minutes } from './rehearse.ts';
import { exerciseVerbs } from './verbs.ts';

const image = '97layer/cortex-admin:1.4.2';
const account = { name: 'cortex', uid: 1000, subuidStart: 100_000 };

let directory: string;
let vm: Vm;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cortex-escaping-'));
  vm = await startVm({
    id: 'escaping',
    directory: join(directory, 'vm'),
    rootfs: await buildTemplate({ onProgress: toStderr }),
    user: 'somebody',
    publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA test',
    dataDisks: [],
  });
  await vm.exec(
    'loginctl enable-linger cortex; until [ -S /run/user/1000/bus ]; do sleep 0.1; done; ' +
      'mkdir -p /home/cortex/.config && chown cortex: /home/cortex/.config',
  );
}, 20 * minutes);
afterAll(async () => {
  await vm?.destroy();
  rmSync(directory, { recursive: true, force: true });
}, minutes);

/** Runs a script in the VM; how it ended comes back beside what it printed. */
const exec: Exec = async (script, stdin = '') => {
  const framed = [
    'work=$(mktemp -d)',
    'cat >$work/input',
    'read -r length <$work/input',
    'tail -c +$((${#length} + 2)) $work/input | head -c $length >$work/script',
    'tail -c +$((${#length} + 2 + length)) $work/input >$work/stdin',
    'bash $work/script <$work/stdin >$work/stdout 2>$work/stderr; code=$?',
    'printf "%s\\n" "$code"; base64 -w 0 $work/stdout; echo; base64 -w 0 $work/stderr',
    'rm -r $work',
  ].join('\n');
  const input = `${Buffer.byteLength(script)}\n${script}${stdin}`;
  const [code, stdout = '', stderr = ''] = (await vm.exec(framed, { input })).split('\n');
  const decoded = (text: string) => Buffer.from(text, 'base64').toString('utf8');
  return { code: Number(code), stdout: decoded(stdout), stderr: decoded(stderr) };
};

test.each(runtimeNames)(
  '%s: hostile text arrives as it was declared, in every field',
  async (runtime) => {
    const attack = { image, account, texts: hostile, user: { uid: 1000, gid: 1000 } };
    expect(await attackRuntime(exec, runtime, attack)).toEqual([]);
  },
  minutes,
);

test(
  'the verbs do what they promise',
  async () => {
    // both at once: what takes long is waiting for grace periods
    const exercises = runtimeNames.map((runtime, i) =>
      exerciseVerbs(exec, runtime, { image, account, port: 29_998 + i }),
    );
    const failures = (await Promise.all(exercises)).map((each, i) => [runtimeNames[i], each]);
    expect(failures).toEqual(runtimeNames.map((runtime) => [runtime, []]));
  },
  2 * minutes,
);
