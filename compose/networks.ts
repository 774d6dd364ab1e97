import type { Context } from './context.ts';
import type { Value } from './value.ts';

const onlyPlain = 'delete it: networks are plain bridges, and services are found by name through the proxy';

/** Reads the top-level `networks`: their names, and `default`, which is always there. */
export function readNetworks(section: Value): Set<string> {
  const names = new Set(['default']);
  for (const [name, network] of section.entries()) {
    checkName(name, network);
    names.add(name);
    network.refuseOtherThan(['driver'], {
      external: 'delete it: the stack makes its own networks',
      name: 'delete it: the engine calls it <stack>-<network>',
    });
    const driver = network.get('driver');
    if (driver.there && driver.string() !== 'bridge') {
      driver.complain({ expected: 'bridge, the only driver honoured here', fix: 'write driver: bridge' });
    }
  }
  return names;
}

/** Reads a service's `networks`, list or map, sorted. Without any it is on `default`. */
export function readServiceNetworks(value: Value, context: Context): string[] {
  const named: [string, Value][] = value.isList
    ? value.items().map((item) => [item.string(), item])
    : value.entries();
  for (const [name, at] of named) {
    if (!value.isList) {
      const settings = ['aliases', 'ipv4_address', 'ipv6_address', 'priority', 'mac_address', 'driver_opts'];
      at.refuseOtherThan([], Object.fromEntries(settings.map((key) => [key, onlyPlain])));
    }
    if (!context.networks.has(name)) {
      at.complain({
        found: `"${name}"`,
        expected: 'a network of the top-level `networks:`',
        fix: `declare it there: ${name}: {driver: bridge}`,
      });
    }
  }
  const names = named.map(([name]) => name);
  return names.length === 0 ? ['default'] : [...new Set(names)].sort();
}

function checkName(name: string, at: Value): void {
  if (/^[a-z0-9][a-z0-9_-]{0,39}$/.test(name)) return;
  at.complain({
    found: `"${name}"`,
    expected: 'a name of at most 40 characters: a-z, 0-9, - and _',
    fix: 'rename it',
  });
}
