import type { AddressInfo, Server } from 'node:net';
import type { AccessApplication } from '../clouds/hooks.ts';
import { Access } from './access.ts';
import { connectorServer } from './listener.ts';
import { publicServer, type Routes } from './public.ts';
import { Tunnels } from './tunnels.ts';

export interface EdgeArgs {
  /** port of the public side on 127.0.0.1; default: any free one */
  publicPort?: number;
  /** address that connectors dial; default 0.0.0.0, so that a VM on any virtual network reaches it */
  connectorAddress?: string;
  connectorPort?: number;
}

/** The simulated edge: what Cloudflare has between a visitor and a tunnel. */
export interface Edge {
  /** visitors: http://<hostname>:<publicPort> */
  publicPort: number;
  /** connectors */
  connectorPort: number;
  tunnels: {
    create(id: string, secret: string): void;
    /** connectors that are there stay */
    rotate(id: string, secret: string): void;
    delete(id: string): void;
    /** how many connectors of this tunnel take requests */
    connectors(id: string): number;
  };
  routes: {
    set(hostname: string, tunnelId: string): void;
    delete(hostname: string): void;
    list(): string[];
  };
  /** which hostnames Access is in front of: these and no others */
  protect(applications: AccessApplication[]): void;
  close(): Promise<void>;
}

/** Starts an edge. It knows no tunnel and no hostname until it is told. */
export async function startEdge(args: EdgeArgs = {}): Promise<Edge> {
  const tunnels = new Tunnels();
  const routes: Routes = new Map();
  const access = new Access();
  const visitors = publicServer({ tunnels, routes, access });
  const connectors = connectorServer(tunnels, access);
  const connectorPort = await listen(connectors, args.connectorAddress ?? '0.0.0.0', args.connectorPort);
  const publicPort = await listen(visitors, '127.0.0.1', args.publicPort).catch(async (error: unknown) => {
    await closed(connectors);
    throw error;
  });
  return {
    publicPort,
    connectorPort,
    tunnels,
    routes: {
      set: (hostname, tunnelId) => void routes.set(hostname.toLowerCase(), tunnelId),
      delete: (hostname) => void routes.delete(hostname.toLowerCase()),
      list: () => [...routes.keys()],
    },
    protect: (applications) => access.protect(applications),
    async close() {
      tunnels.deleteAll();
      visitors.closeAllConnections();
      await Promise.all([closed(visitors), closed(connectors)]);
    },
  };
}

function listen(server: Server, address: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`edge: cannot listen on ${address}:${port}: ${error.message}`)),
    );
    server.listen(port, address, () => resolve((server.address() as AddressInfo).port));
  });
}

const closed = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));
