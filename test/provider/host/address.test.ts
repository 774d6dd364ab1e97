import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TempHost } from './tempHost.ts';

let host: TempHost;
beforeEach(() => {
  host = new TempHost();
});
afterEach(() => host.remove());

describe('virtual addresses', () => {
  const allocate = (stack: string, service: string) => `allocate_address ${stack} ${service}`;
  const release = (stack: string, service: string) => `release_address ${stack} ${service}`;

  test('one a service of a stack, the same whenever it is asked for', () => {
    host.must(
      [allocate('a', 'web'), allocate('a', 'db'), allocate('b', 'web'), allocate('a', 'web')].join('\n'),
    );
    expect(host.file('base', 'addresses').split('\n')).toEqual([
      '198.19.0.1 a web',
      '198.19.0.2 a db',
      '198.19.0.3 b web',
    ]);
    expect(host.list('lo')).toEqual(['198.19.0.1', '198.19.0.2', '198.19.0.3']);
  });

  test('a freed one is used again, and is gone from the interface meanwhile', () => {
    host.must(
      [allocate('a', 'web'), allocate('a', 'db'), release('a', 'web'), release('a', 'nothing')].join('\n'),
    );
    expect(host.list('lo')).toEqual(['198.19.0.2']);
    host.must(allocate('b', 'web'));
    expect(host.file('base', 'addresses').split('\n')).toEqual(['198.19.0.2 a db', '198.19.0.1 b web']);
  });

  test('never one for two, whatever comes and goes', () => {
    const change = fc.record({
      free: fc.boolean(),
      stack: fc.constantFrom('a', 'b', 'a-b'),
      service: fc.constantFrom('web', 'b-web', 'db'),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const lines = changes.map(({ free, stack, service }) => (free ? release : allocate)(stack, service));
        host.must(
          ['rm -f "$base/addresses" "${base%/*}"/lo/*; touch "$base/addresses"', ...lines].join('\n'),
        );
        const rows = host.file('base', 'addresses').split('\n').filter(Boolean);
        const [addresses, owners] = [
          rows.map((row) => row.split(' ')[0]),
          rows.map((row) => row.split(' ', 3).slice(1).join()),
        ];
        expect(new Set(addresses).size).toBe(rows.length);
        expect(new Set(owners).size).toBe(rows.length);
        expect(host.list('lo')).toEqual([...addresses].sort());
      }),
      { interruptAfterTimeLimit: 1500, numRuns: 1000, markInterruptAsFailure: false },
    );
  });

  test('the 255th is in the next block, not a broadcast address', () => {
    host.must(
      'for i in $(seq 1 254); do echo "198.19.0.$i s x$i"; done >"$base/addresses"\nallocate_address a web',
    );
    expect(host.list('lo')).toEqual(['198.19.1.1']);
  });

  test('they are back after a boot', () => {
    host.must(`${allocate('a', 'web')}\nrm "\${base%/*}"/lo/*\ncontainerhost addresses`);
    expect(host.list('lo')).toEqual(['198.19.0.1']);
  });
});

describe('loopback ports', () => {
  const allocate = (stack: string, instance: string, ...ports: number[]) =>
    `mkdir -p "$base/${stack}/web/instances/${instance}"\nallocate_ports "$base/${stack}/web/instances/${instance}" ${ports.join(' ')}`;
  const ports = (stack: string, instance: string) =>
    host.file('base', stack, 'web', 'instances', instance, 'ports');

  test('no two instances of any stack have one, and one that is gone gives it back', () => {
    host.must([allocate('a', '1', 80, 443), allocate('b', '1', 80), allocate('a', '2', 80)].join('\n'));
    expect([ports('a', '1'), ports('b', '1'), ports('a', '2')]).toEqual([
      '80 20000\n443 20001',
      '80 20002',
      '80 20003',
    ]);
    host.must(`rm -r "$base/a/web/instances/1"\n${allocate('b', '2', 1, 2, 3)}`);
    expect(ports('b', '2')).toBe('1 20000\n2 20001\n3 20004');
  });

  test('nor one that something else of the host listens on', () => {
    host.write('LISTEN 0 4096 127.0.0.1:20000 0.0.0.0:*\nLISTEN 0 4096 [::]:20001 [::]:*\n', 'listening');
    host.must(allocate('a', '1', 80));
    expect(ports('a', '1')).toBe('80 20002');
  });

  test('an instance without ports is registered as well', () => {
    host.must(allocate('a', '1'));
    expect(host.list('base', 'a', 'web', 'instances', '1')).toEqual(['ports']);
  });

  test('none left', () => {
    host.must(
      'mkdir -p "$base/s/x/instances/i"\nfor i in $(seq 20000 29999); do echo "1 $i"; done >"$base/s/x/instances/i/ports"',
    );
    expect(host.run(allocate('a', '1', 80)).stderr).toContain(
      'no loopback port is left between 20000 and 29999',
    );
  });
});
