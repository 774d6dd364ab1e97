import { currentConnection } from '../provider/connection.ts';
import { Hosts } from '../provider/hosts.ts';
import type { Host } from '../provider/inputs.ts';
import { type Declared, declaredStack } from '../system/declared.ts';
import { CliError } from './exit.ts';
import { pulumi } from './pulumi.ts';
import { parseState, type State, type StateResource, stateResources } from './state.ts';

/** A stack as a command sees it: what its files say, what was applied, and the way to its host. */
export interface Stack {
  name: string;
  root: string;
  state: State;
  /** everything that is in the state, as it is there */
  resources: readonly StateResource[];
  /** connections to hosts */
  hosts: Hosts;
  /** what the project's files say now. @throws {ConfigError | ComposeError} with everything that is wrong */
  declared(): Declared;
  /** what `pulumi stack history --json` prints: every update, newest first */
  history(): Promise<string>;
}

/**
 * Asks Pulumi for a stack's state. No passphrase is needed, and nothing is decrypted.
 *
 * @param name default: the stack that is selected
 * @throws {CliError} when there is no such stack
 */
export async function openStack(root: string, name: string | undefined): Promise<Stack> {
  const chosen = name === undefined ? [] : ['--stack', name];
  const [shown, exported] = await Promise.all([
    name ?? pulumi(root, ['stack', '--show-name']),
    pulumi(root, ['stack', 'export', ...chosen]),
  ]);
  // `organization/project/stack` where the backend has organizations
  const own = shown.trim().split('/').at(-1) ?? '';
  return {
    name: own,
    root,
    state: parseState(exported),
    resources: stateResources(exported),
    hosts: new Hosts(),
    declared: () => declaredStack(root, own),
    history: () => pulumi(root, ['stack', 'history', '--json', ...chosen]),
  };
}

/** The stack's host. @throws {CliError} before the first `up` */
export function hostOf({ name, state }: Stack): Host {
  const [host] = state.hosts;
  if (host) return host;
  throw new CliError(
    `stack '${name}' has no host: nothing was deployed, or everything was destroyed. Run: pulumi up --stack ${name}`,
  );
}

/** How the stack's host is reached in this run, which may not be how it was reached by the last `up`. */
export function connectionOf(stack: Stack): Pick<Host, 'connection' | 'hostKey'> {
  const { connection, hostKey } = hostOf(stack);
  return { connection: currentConnection(stack.name, connection), hostKey };
}
