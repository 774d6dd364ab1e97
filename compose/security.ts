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

/** Reads `cap_add` or `cap_drop`: sorted, in capitals, without the prefix CAP_. */
export function readCapabilities(list: Value): string[] {
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

/** Reads `security_opt`, of which no-new-privileges is what both runtimes understand alike. */
export function readNoNewPrivileges(list: Value): boolean {
  let on = false;
  for (const item of list.items()) {
    const match = /^no-new-privileges(?:[:=](true|false))?$/.exec(item.string());
    if (match) on = match[1] !== 'false';
    else
      item.complain({ expected: 'no-new-privileges:true, the only option honoured here', fix: 'delete it' });
  }
  return on;
}
