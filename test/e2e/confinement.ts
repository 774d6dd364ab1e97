import { expect } from '@jest/globals';
import type { Vm } from '../../rehearsal/vm/vm.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { engineCommand } from './onHost.ts';

/** The account of the containers on a rehearsal's machine. */
const account = { name: 'cortex', uid: 1000, subuidStart: 100_000 };

/** What a process of a service says of itself, and what becomes of what it tries. */
interface Probe {
  /** of process 1, from /proc: capabilities and Seccomp as the kernel writes them */
  status: Record<'CapEff' | 'CapPrm' | 'CapBnd' | 'CapAmb' | 'NoNewPrivs' | 'Seccomp' | 'Uid', string>;
  /** `<id inside> <id on the host> <count>`, a line a range */
  uidMap: string[];
  /** `ok`, or the name of the error */
  tried: Record<string, string>;
}

/** In Python, which every image of the rehearsal has. Nothing of it is left: what can be written is removed. */
const script = `
import ctypes, errno, json, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def write(path):
    def attempt():
        open(path, 'w').close()
        os.remove(path)
    return attempt
def call(name, *args):
    def attempt():
        if getattr(libc, name)(*args) != 0: raise OSError(ctypes.get_errno(), name)
    return attempt
def give_away():
    open('/tmp/probe-owner', 'w').close()
    try: os.chown('/tmp/probe-owner', 12345, 12345)
    finally: os.remove('/tmp/probe-owner')
attempts = {
    **{'write ' + folder: write(folder + '/probe') for folder in ['', '/etc', '/usr/bin', '/tmp']},
    'mount': call('mount', b'none', b'/tmp', b'tmpfs', 0, None),
    'new user namespace': call('unshare', 0x10000000),
    'raw socket': lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
    'chown': give_away,
}
def outcome(attempt):
    # each in a process of its own, so that what one gains does not change the next
    child = os.fork()
    if child == 0:
        try: attempt()
        except OSError as error: os._exit(error.errno)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return errno.errorcode[code] if code else 'ok'
status = dict(line.rstrip('\\n').split(':\\t', 1) for line in open('/proc/1/status') if ':\\t' in line)
keys = ['CapEff', 'CapPrm', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp', 'Uid']
print(json.dumps({
    'status': {key: status[key] for key in keys},
    'uidMap': [' '.join(line.split()) for line in open('/proc/self/uid_map')],
    'tried': {name: outcome(attempt) for name, attempt in attempts.items()},
}))
`;

/** Asks the one instance of a service, from the inside. */
async function probe(vm: Vm, runtime: RuntimeName, service: string): Promise<Probe> {
  const engine = engineCommand(runtime, account);
  const id = idOf(runtime, service);
  return JSON.parse(await vm.exec(`${engine} exec --interactive ${id} python3 -`, { input: script }));
}

/** For the shell: the one container of a service. */
function idOf(runtime: RuntimeName, service: string): string {
  const engine = engineCommand(runtime, account);
  return `"$(${engine} ps --quiet --filter label=containerhost.service=${service})"`;
}

const nothing = '0000000000000000';

/** What every service of compose.yaml must say under a runtime: nothing there opts out of anything. */
function confined(runtime: RuntimeName, user: number): Probe {
  const mapped = runtime === 'docker' ? ['0 0 4294967295'] : podmanMap(user);
  return {
    status: {
      CapEff: nothing,
      CapPrm: nothing,
      CapBnd: nothing,
      CapAmb: nothing,
      NoNewPrivs: '1',
      Seccomp: '2',
      Uid: [user, user, user, user].join('\t'),
    },
    uidMap: mapped,
    tried: {
      'write ': 'EROFS',
      'write /etc': 'EROFS',
      'write /usr/bin': 'EROFS',
      'write /tmp': 'ok',
      mount: 'EPERM',
      // Podman's filter lets a process make one, Docker's does not
      'new user namespace': runtime === 'docker' ? 'EPERM' : 'ok',
      'raw socket': 'EPERM',
      chown: 'EPERM',
    },
  };
}

/**
 * Root is that of Podman's own namespace, in which 0 is the rootless account and 1 its first subordinate id:
 * nobody inside is root of the host. A service with a user is in one more, in which that user is the account.
 */
function podmanMap(user: number): string[] {
  const { uid, subuidStart } = account;
  return user === 0
    ? [`0 ${uid} 1`, `1 ${subuidStart} 65536`]
    : [`0 1 ${user}`, `${user} 0 1`, `${user + 1} ${user + 1} ${65_536 - user}`];
}

/**
 * Limits as the engine was told them. That the kernel keeps them is not probed: the machine of a rehearsal may
 * have no controllers to enforce them with.
 */
async function limits(vm: Vm, runtime: RuntimeName, service: string): Promise<Limits> {
  const engine = engineCommand(runtime, account);
  const found: unknown = JSON.parse(
    await vm.exec(`${engine} inspect --type container ${idOf(runtime, service)}`),
  );
  const [{ HostConfig }] = found as [{ HostConfig: Record<string, unknown> }];
  const { Config, Size } = HostConfig.LogConfig as { Config?: Record<string, string>; Size?: string };
  return { memory: HostConfig.Memory, pids: HostConfig.PidsLimit, log: Config?.['max-size'] ?? Size };
}

interface Limits {
  memory: unknown;
  pids: unknown;
  log: unknown;
}

/** The services of compose.yaml and who they run as. */
const users = {
  'cortex-admin': 0,
  'cortex-dashboard': 0,
  'cortex-editor': 1000,
  'cortex-engine': 1000,
  'cortex-tunnel': 65_532,
};

/** Every service, from its inside, is as the defaults have it; and its limits are declared. */
export async function expectConfined(vm: Vm, runtime: RuntimeName): Promise<void> {
  const services = Object.entries(users);
  const probes = await Promise.all(services.map(([service]) => probe(vm, runtime, service)));
  expect(probes).toEqual(services.map(([, user]) => confined(runtime, user)));
  const declared = await Promise.all(services.map(([service]) => limits(vm, runtime, service)));
  const log = runtime === 'docker' ? '10000000' : '30MB';
  expect(declared).toEqual(services.map(() => ({ memory: 536_870_912, pids: 1024, log })));
}
