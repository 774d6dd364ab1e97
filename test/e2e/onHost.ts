import type { Account, Rendered } from '../../runtimes/runtime.ts';
import type { RuntimeName } from '../../spec/service.ts';

/** Runs a shell script as root on a host. */
export type Exec = (
  script: string,
  stdin?: string,
) => Promise<{ code: number; stdout: string; stderr: string }>;

/** A script that puts an instance's files where they belong. */
export function place({ files }: Rendered): string {
  return files
    .map(({ path, content, mode }) => `${writeFile(path, content)}\nchmod ${mode} ${quoted(path)}`)
    .join('\n');
}

/** A script that writes a file, and its folder. */
export function writeFile(path: string, content: string): string {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const data = Buffer.from(content).toString('base64');
  return `mkdir -p ${quoted(folder)}\nbase64 -d >${quoted(path)} <<'END'\n${data}\nEND`;
}

/** A word for the shell, by other means than the quoting that is under test. */
export function quoted(text: string): string {
  return `"$(printf %s ${Buffer.from(text).toString('base64')} | base64 -d)"`;
}

/** The engine's own command, as an operator types it as root. */
export function engineCommand(runtime: RuntimeName, { name, uid }: Account): string {
  if (runtime === 'docker') return 'docker';
  const env = `env HOME=/home/${name} XDG_RUNTIME_DIR=/run/user/${uid}`;
  return `cd / && setpriv --reuid=${name} --regid=${name} --init-groups ${env} podman`;
}

/** Networks are the stack's: they go when nothing of it is left. */
export async function removeNetworks(
  exec: Exec,
  runtime: RuntimeName,
  account: Account,
  stack: string,
): Promise<void> {
  const engine = engineCommand(runtime, account);
  const { code, stderr } = await exec(
    `${engine} network ls --quiet --filter label=containerhost.stack=${stack} | while read -r id; do ${engine} network rm "$id"; done`,
  );
  if (code !== 0)
    throw new Error(`${runtime}: the networks of stack ${stack} could not be removed: ${stderr}`);
}
