import type { Socket } from 'node:net';

/** How many data connections wait for a request, so that a request need not wait for one. */
const spares = 4;

/** A registered connector, as the edge sees it. The wire protocol is in PROTOCOL.md. */
export class Connector {
  readonly id: string;
  /** false once it has unregistered or died: it gets no more requests */
  live = true;
  readonly #control: Socket;
  /** data connections that carry no request */
  readonly #idle = new Set<Socket>();
  readonly #busy = new Set<Socket>();
  readonly #waiting: Waiter[] = [];

  constructor(id: string, control: Socket) {
    this.id = id;
    this.#control = control;
    control.write(`OK\nOPEN ${spares}\n`);
  }

  /** A data connection has been dialled: hands it to whoever waits, or keeps it. */
  add(socket: Socket): void {
    if (!this.live) {
      socket.destroy();
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter) {
      this.#use(socket);
      waiter.resolve(socket);
      return;
    }
    this.#idle.add(socket);
    socket.once('close', () => this.#idle.delete(socket));
    // Nothing may come yet, but only a socket that is read notices its end.
    socket.once('data', tooEarly);
    socket.resume();
  }

  /** A data connection for one request; asks the connector to dial another in its place. */
  take(timeoutMs: number): Promise<Socket> {
    this.#control.write('OPEN 1\n');
    const [socket] = this.#idle;
    if (socket) {
      this.#idle.delete(socket);
      this.#use(socket);
      return Promise.resolve(socket);
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: (socket) => {
          clearTimeout(timer);
          resolve(socket);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(new Error(`connector "${this.id}" opened no data connection within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.push(waiter);
    });
  }

  /** No more requests. Those that wait for a connection fail; those that have one go on. */
  unregister(): void {
    this.#retire('unregistered');
    this.#control.write('OK\n');
  }

  /** It is gone, or has to go: what it carries is lost. */
  drop(): void {
    this.#retire('disconnected');
    for (const socket of this.#busy) socket.destroy();
    this.#control.destroy();
  }

  #retire(how: string): void {
    this.live = false;
    for (const socket of this.#idle) socket.end();
    this.#idle.clear();
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new Error(`connector "${this.id}" ${how}`));
  }

  #use(socket: Socket): void {
    socket.off('data', tooEarly);
    socket.resume();
    this.#busy.add(socket);
    socket.once('close', () => this.#busy.delete(socket));
  }
}

function tooEarly(this: Socket): void {
  this.destroy();
}

interface Waiter {
  resolve(socket: Socket): void;
  reject(error: Error): void;
}
