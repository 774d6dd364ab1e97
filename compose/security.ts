import type { Mount, ServiceSpec } from '../spec/service.ts';
import type { Value } from './value.ts';

const capabilities = new Set(
  (
    'ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE ' +
    'DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD ' +
    'NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT ' +
    'SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG ' +
    'WAKE_ALARM'
  ).split(' '),
);

/** Reads `cap_drop`. Without a word in the file all are dropped; `[]` keeps those that the engine gives. */
export function readCapDrop(list: Value): string[] {
  return list.there ? readCapabilities(list) : ['ALL'];
}

/** Reads `cap_add`: what is given back of what was dropped. */
export function readCapAdd(list: Value): string[] {
  const added = readCapabilities(list);
  if (added.includes('ALL')) {
    list.complain({
      expected: 'the capabilities that it needs; ALL is privileged by another name',
      fix: 'name them one by one',
    });
  }
  return added;
}

/** Sorted, in capitals, without the prefix CAP_. */
function readCapabilities(list: Value): string[] {
  const names = list.items().map((item) => {
    const name = item.string().toUpperCase().replace(/^CAP_/, '');
    if (!capabilities.has(name)) {
      item.complain({
        expected: 'a Linux capability, as in NET_BIND_SERVICE, or ALL',
        fix: 'see capabilities(7)',
      });
    }
    return name;
  });
  return [...new Set(names)].sort();
}

/** Reads `security_opt`, of which two options mean the same under both runtimes. */
export function readSecurityOpt(list: Value): Pick<ServiceSpec, 'noNewPrivileges' | 'seccomp'> {
  const read: Pick<ServiceSpec, 'noNewPrivileges' | 'seccomp'> = {
    noNewPrivileges: true,
    seccomp: 'default',
  };
  for (const item of list.items()) {
    const privileges = /^no-new-privileges(?:[:=](true|false))?$/.exec(item.string());
    if (privileges) read.noNewPrivileges = privileges[1] !== 'false';
    else if (/^seccomp[:=]unconfined$/.test(item.string())) read.seccomp = 'unconfined';
    else {
      item.complain({
        expected: 'no-new-privileges:true or false, or seccomp:unconfined; no other option is honoured here',
        fix: 'delete it',
      });
    }
  }
  return read;
}

/**
 * Reads `read_only`. Without a word in the file the root file system is read-only, and /tmp is memory, which
 * is all that most programs ask for. Where the file says `true` it is as Compose has it: no /tmp of ours.
 */
export function readReadOnly(value: Value, mounts: Mount[]): { readOnly: boolean; mounts: Mount[] } {
  if (value.there) return { readOnly: value.boolean(), mounts };
  if (mounts.some(({ target }) => target === temporary.target)) return { readOnly: true, mounts };
  return { readOnly: true, mounts: [...mounts, temporary].sort((a, b) => (a.target < b.target ? -1 : 1)) };
}

/** as large as the memory limit lets it be: what is in it counts */
const temporary: Mount = { kind: 'tmpfs', target: '/tmp', sizeBytes: 0, mode: '1777' };
