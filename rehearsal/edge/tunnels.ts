import { timingSafeEqual } from 'node:crypto';
import type { Connector } from './connector.ts';

/** A tunnel: the meeting point of hostnames and connectors. */
export interface Tunnel {
  id: string;
  secret: string;
  /** secrets that it had: connectors that registered with one go on */
  retired: string[];
  /** in the order they registered; those that unregistered stay until they disconnect */
  connectors: Map<string, Connector>;
  /** whose turn it is, counted up */
  turn: number;
}

/** The tunnels of an edge. */
export class Tunnels {
  readonly #tunnels = new Map<string, Tunnel>();

  /** @throws if there is a tunnel of this id, or of this secret */
  create(id: string, secret: string): void {
    if (this.#tunnels.has(id)) throw new Error(`edge: tunnel "${id}" exists already`);
    this.#check(id, secret);
    this.#tunnels.set(id, { id, secret, retired: [], connectors: new Map(), turn: 0 });
  }

  /**
   * Gives a tunnel another secret. Its connectors stay until they disconnect; new ones need the new secret.
   * @throws if there is no such tunnel, or the secret is another's
   */
  rotate(id: string, secret: string): void {
    const tunnel = this.#tunnels.get(id);
    if (!tunnel) throw new Error(`edge: there is no tunnel "${id}"`);
    this.#check(id, secret);
    tunnel.retired.push(tunnel.secret);
    tunnel.secret = secret;
  }

  #check(id: string, secret: string): void {
    if (!/^\S+$/.test(secret))
      throw new Error(`edge: the secret of tunnel "${id}" is empty or holds a space`);
    if (this.withSecret(secret)) throw new Error(`edge: the secret of tunnel "${id}" is another tunnel's`);
  }

  /** Drops the tunnel and its connectors. Does nothing if there is none. */
  delete(id: string): void {
    const tunnel = this.#tunnels.get(id);
    this.#tunnels.delete(id);
    for (const connector of tunnel?.connectors.values() ?? []) connector.drop();
  }

  /** How many connectors take requests. */
  connectors(id: string): number {
    return live(this.#tunnels.get(id)).length;
  }

  /** The connector whose turn it is, or undefined if the tunnel has none that takes requests. */
  next(id: string): Connector | undefined {
    const tunnel = this.#tunnels.get(id);
    const candidates = live(tunnel);
    if (!tunnel || candidates.length === 0) return undefined;
    tunnel.turn += 1;
    return candidates[tunnel.turn % candidates.length];
  }

  /** The tunnel that a connector may register at. */
  withSecret(secret: string): Tunnel | undefined {
    return [...this.#tunnels.values()].find((tunnel) => equal(tunnel.secret, secret));
  }

  /** The tunnel that a connector registered at, maybe before its secret was another. */
  everWithSecret(secret: string): Tunnel | undefined {
    return [...this.#tunnels.values()].find((tunnel) =>
      [tunnel.secret, ...tunnel.retired].some((one) => equal(one, secret)),
    );
  }

  deleteAll(): void {
    for (const id of [...this.#tunnels.keys()]) this.delete(id);
  }
}

function live(tunnel: Tunnel | undefined): Connector[] {
  return [...(tunnel?.connectors.values() ?? [])].filter((connector) => connector.live);
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
