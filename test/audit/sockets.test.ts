import { expect, test } from '@jest/globals';
import { connections, listeningPorts, parseSockets } from '../../audit/sockets.ts';
import { socket } from './answer.ts';

/** Of 172.18.0.1, as a container sees the host. */
const gateway = '010012AC';

test('sockets are read as the kernel writes them, whatever their state', () => {
  const text = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    socket(5001, '00000000', '0A'),
    socket(5001, gateway, '01'),
    socket(5001, gateway, '06'),
    socket(5001, gateway, '02'),
    '  sl  local_address                         remote_address                        st tx_queue',
    '   0: 00000000000000000000000000000000:1389 00000000000000000000000000000000:0000 0A 00000000:0',
  ].join('\n');
  const sockets = parseSockets(text);
  expect(sockets.map(({ state }) => state)).toEqual(['listening', 'connected', 'over', 'listening']);
  expect(listeningPorts(sockets)).toEqual([5001]);
  expect(connections(sockets)).toBe(2);
});

test.each([
  ['127.0.0.1, a health check', '0100007F', 0],
  ['::1', '00000000000000000000000001000000', 0],
  ['127.0.0.1 in IPv6', '0000000000000000FFFF00000100007F', 0],
  ['172.18.0.1', gateway, 1],
  ['172.18.0.1 in IPv6', `0000000000000000FFFF0000${gateway}`, 1],
])('a connection with %s counts as %#', (_, remote, expected) => {
  expect(connections(parseSockets(socket(80, remote, '01')))).toBe(expected);
});
