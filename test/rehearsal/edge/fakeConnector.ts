import { connect, type Socket } from 'node:net';
import { eachLine } from '../../../rehearsal/edge/lines.ts';

/** A connector reduced to its wire protocol: every data connection is piped to one origin port. */
export interface FakeConnector {
  /** asks for no more requests; resolves when the edge has said so */
  unregister(): Promise<void>;
  /** everything the edge said that was not OPEN or OK */
  refusals: string[];
  dataConnections(): number;
  /** how many the edge has asked for */
  asked(): number;
  /** from now on it opens no data connection */
  openNone(): void;
  /** goes away without a word */
  kill(): void;
}

export async function connectFake(
  edgePort: number,
  originPort: number,
  secret: string,
  id: string,
): Promise<FakeConnector> {
  const control = connect(edgePort, '127.0.0.1');
  const data = new Set<Socket>();
  const refusals: string[] = [];
  const oks: (() => void)[] = [];
  let asked = 0;
  let opening = true;
  const acknowledged = () => new Promise<void>((resolve) => oks.push(resolve));
  control.on('error', () => {});
  eachLine(control, (line) => {
    const [word, count] = line.split(' ');
    if (word === 'OPEN') {
      asked += Number(count);
      for (let i = 0; opening && i < Number(count); i++) open();
    } else if (word === 'OK') oks.shift()?.();
    else refusals.push(line);
  });
  const open = () => {
    const socket = connect(edgePort, '127.0.0.1', () => socket.write(`DATA ${secret} ${id}\n`));
    data.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => data.delete(socket));
    socket.once('data', (chunk) => {
      const origin = connect(originPort, '127.0.0.1');
      origin.on('error', () => socket.destroy());
      origin.on('close', () => socket.end());
      socket.on('close', () => origin.destroy());
      origin.write(chunk);
      socket.pipe(origin);
      origin.pipe(socket);
    });
  };
  const registered = Promise.race([acknowledged(), new Promise<void>((done) => control.once('close', done))]);
  control.write(`CONTROL ${secret} ${id}\n`);
  await registered;
  return {
    unregister() {
      const done = acknowledged();
      control.write('UNREGISTER\n');
      return done;
    },
    refusals,
    dataConnections: () => data.size,
    asked: () => asked,
    openNone() {
      opening = false;
    },
    kill() {
      control.destroy();
      for (const socket of data) socket.destroy();
    },
  };
}
