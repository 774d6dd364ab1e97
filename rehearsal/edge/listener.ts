import { createServer, type Server, type Socket } from 'node:net';
import type { Access } from './access.ts';
import { Connector } from './connector.ts';
import { eachLine, firstLine } from './lines.ts';
import type { Tunnel, Tunnels } from './tunnels.ts';

/** A connector says at once what it is; who has not said it by then is none. */
const helloTimeoutMs = 10_000;

/** After which silence a connection is probed, to notice a host that went away without a word. */
const probeAfterMs = 5_000;

/** The side of the edge that connectors dial. */
export function connectorServer(tunnels: Tunnels, access: Access): Server {
  return createServer((socket) => {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, probeAfterMs);
    socket.on('error', () => socket.destroy());
    firstLine(socket, helloTimeoutMs).then(
      (hello) => {
        if (hello === 'CERTS') socket.end(`${access.certs()}\n`);
        else greet(tunnels, socket, hello);
      },
      () => socket.destroy(),
    );
  });
}

function greet(tunnels: Tunnels, socket: Socket, hello: string): void {
  const [kind, secret = '', id = '', ...rest] = hello.split(' ');
  const refuse = (reason: string) => socket.end(`ERROR ${reason}\n`);
  if ((kind !== 'CONTROL' && kind !== 'DATA') || id === '' || rest.length > 0) {
    refuse('expected "CONTROL <secret> <connector id>" or "DATA <secret> <connector id>"');
    return;
  }
  const tunnel = kind === 'CONTROL' ? tunnels.withSecret(secret) : tunnels.everWithSecret(secret);
  if (!tunnel) refuse('no tunnel has this secret');
  else if (kind === 'CONTROL') register(tunnel, id, socket, refuse);
  else {
    const connector = tunnel.connectors.get(id);
    if (connector) connector.add(socket);
    else refuse(`connector "${id}" is not registered`);
  }
}

function register(tunnel: Tunnel, id: string, control: Socket, refuse: (reason: string) => void): void {
  if (tunnel.connectors.has(id)) {
    refuse(`connector "${id}" is connected already`);
    return;
  }
  const connector = new Connector(id, control);
  tunnel.connectors.set(id, connector);
  eachLine(control, (line) => {
    if (line === 'UNREGISTER') connector.unregister();
    else control.end('ERROR expected "UNREGISTER"\n');
  });
  // A connector that drained has closed its data connections by itself; one that died loses them here.
  control.once('close', () => {
    tunnel.connectors.delete(id);
    connector.drop();
  });
}
