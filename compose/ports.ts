import { isIPv4 } from 'node:net';
import type { Port } from '../spec/service.ts';
import { parsePorts } from './units.ts';
import type { Value } from './value.ts';

/** One line of `ports` or `expose`, ranges spread out. */
interface Entry {
  port: number;
  /** undefined where the entry does not say */
  protocol: Port['protocol'] | undefined;
  published: Port['published'][number] | undefined;
  at: Value;
}

/** Reads `expose` and `ports` into one list, sorted. */
export function readPorts(service: Value): Port[] {
  const entries = [
    ...service.get('expose').items().flatMap(readExpose),
    ...service
      .get('ports')
      .items()
      .flatMap((item) => (item.isMap ? readLong(item) : readShort(item))),
  ];
  const ports = new Map<number, Port>();
  const said = new Map<number, Port['protocol']>();
  for (const { port, protocol, published, at } of entries) {
    const known = ports.get(port) ?? { port, protocol: 'http', published: [] };
    ports.set(port, known);
    if (published) known.published.push(published);
    if (!protocol) continue;
    if ((said.get(port) ?? protocol) !== protocol) {
      at.complain({
        expected: `one app_protocol for port ${port}`,
        fix: 'write the same in all its entries',
      });
    }
    said.set(port, protocol);
    known.protocol = protocol;
  }
  for (const { published } of ports.values()) {
    published.sort((a, b) => a.port - b.port || (a.address < b.address ? -1 : 1));
  }
  return [...ports.values()].sort((a, b) => a.port - b.port);
}

function readExpose(item: Value): Entry[] {
  const [text, transport = 'tcp'] = item.string().split('/');
  const range = parsePorts(text ?? '');
  if (!range || transport !== 'tcp') {
    item.complain({ expected: 'a TCP port from 1 to 65535, as in "8000"', fix: 'correct it' });
    return [];
  }
  return spread(range, undefined, '', undefined, item);
}

/** [[address:]host:]container[/transport] */
function readShort(item: Value): Entry[] {
  const [text = '', transport = 'tcp'] = item.string().split('/');
  const parts = text.split(':');
  const target = parts.pop() ?? '';
  const published = parts.pop() ?? '';
  const address = parts.length === 0 ? '0.0.0.0' : parts.join(':');
  return readPort(item, { target, published, address, transport, protocol: undefined });
}

function readLong(item: Value): Entry[] {
  // `name` is a note for people, and `mode` matters to Swarm only
  item.refuseOtherThan(['target', 'published', 'host_ip', 'protocol', 'app_protocol', 'mode', 'name']);
  const appProtocol = item.get('app_protocol');
  const protocol = appProtocol.there ? appProtocol.string() : undefined;
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'tcp') {
    appProtocol.complain({
      expected: 'http or tcp, which are what the proxy speaks',
      fix: 'write tcp for everything that is not plain HTTP',
    });
  }
  return readPort(item, {
    target: item.get('target').string(),
    published: item.get('published').string(),
    address: item.get('host_ip').string() || '0.0.0.0',
    transport: item.get('protocol').string() || 'tcp',
    protocol: protocol === 'tcp' || protocol === 'http' ? protocol : undefined,
  });
}

interface Written {
  target: string;
  published: string;
  address: string;
  transport: string;
  protocol: Port['protocol'] | undefined;
}

function readPort(item: Value, { target, published, address, transport, protocol }: Written): Entry[] {
  const container = parsePorts(target);
  const host = parsePorts(published);
  if (!container) {
    item.complain({
      expected: 'a port from 1 to 65535, as in "127.0.0.1:5001:5001"',
      fix: 'write ADDRESS:HOST:CONTAINER, each a number or a range',
    });
  } else if (transport !== 'tcp') {
    item.complain({ expected: 'a TCP port: the proxy serves no other', fix: 'delete the entry' });
  } else if (published === '') {
    item.complain({
      expected: 'the port on the host; without one Compose takes any that is free',
      fix: `write "127.0.0.1:${target}:${target}", or list ${target} under expose for the other services only`,
    });
  } else if (!host || host.last - host.first !== container.last - container.first) {
    item.complain({ expected: 'as many ports on the host as in the container', fix: 'correct the range' });
  } else if (!isIPv4(address)) {
    item.complain({ expected: 'an IPv4 address to listen on', fix: 'write 127.0.0.1, or 0.0.0.0 for all' });
  } else {
    return spread(container, host.first, address, protocol, item);
  }
  return [];
}

function spread(
  { first, last }: { first: number; last: number },
  hostFirst: number | undefined,
  address: string,
  protocol: Port['protocol'] | undefined,
  at: Value,
): Entry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    port: first + index,
    protocol,
    published: hostFirst === undefined ? undefined : { address, port: hostFirst + index },
    at,
  }));
}
