/** A TCP socket, as /proc/<pid>/net/tcp lists it (Linux, Documentation/networking/proc_net_tcp.rst). */
export interface Socket {
  localPort: number;
  remotePort: number;
  /** both ends in this network: a health check, or a service's own housekeeping */
  loopback: boolean;
  state: 'listening' | 'connected' | 'over';
}

/** `over` is TIME_WAIT: a connection that ended within the last minute. */
const states: Record<string, Socket['state']> = { '0A': 'listening', '01': 'connected', '06': 'over' };

/** Reads what `cat /proc/<pid>/net/tcp /proc/<pid>/net/tcp6` printed; sockets in any other state are left out. */
export function parseSockets(text: string): Socket[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', remote = '', code = ''] =
      /^\s*\d+: ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]{2}) /.exec(line) ?? [];
    const state = states[code];
    if (!state) return [];
    return [{ localPort: port(local), remotePort: port(remote), loopback: isLoopback(remote), state }];
  });
}

function port(end: string): number {
  return Number.parseInt(end.slice(end.indexOf(':') + 1), 16);
}

/** Four bytes at a time in the host's order: 127.0.0.1 is 0100007F, also inside of an IPv6 address. */
function isLoopback(end: string): boolean {
  const address = end.slice(0, end.indexOf(':'));
  return /7F$/.test(address) || /^0{24}01000000$/.test(address);
}

/** Connections that somebody else made or was made to, now or within the last minute. */
export function connections(sockets: readonly Socket[]): number {
  return sockets.filter(({ state, loopback }) => state !== 'listening' && !loopback).length;
}

export function listeningPorts(sockets: readonly Socket[]): number[] {
  const ports = sockets.filter(({ state }) => state === 'listening').map(({ localPort }) => localPort);
  return [...new Set(ports)].sort((a, b) => a - b);
}
