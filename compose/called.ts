import type { ReadService } from './service.ts';

/**
 * Compose's network lets services call each other on any port; here the proxy serves the ports that are declared.
 * Where a service is told to call another one by name and port (`http://engine:8000`), that port is served too, and
 * the file is told to say so.
 */
export function exposeWhatIsCalled(all: readonly ReadService[]): void {
  const services = new Map(all.map((service) => [service.spec.name, service]));
  for (const { spec } of all) {
    for (const { name, port } of callsOf(spec)) {
      const called = services.get(name);
      if (!called || called.spec === spec || called.spec.ports.some((each) => each.port === port)) continue;
      called.spec.ports.push({ port, protocol: 'http', published: [] });
      called.spec.ports.sort((a, b) => a.port - b.port);
      called.at.get('expose').complain({
        severity: 'warning',
        found: `${spec.name} calls ${name}:${port}, and ${name} declares no such port`,
        expected: `the port, because the proxy serves what is declared; ${port} is taken to be meant, as HTTP`,
        fix: `write expose: ["${port}"] in ${name}`,
      });
    }
  }
}

/** `name:port` in what a service is told: its environment and its command. */
function callsOf({
  environment,
  command,
  entrypoint,
}: ReadService['spec']): { name: string; port: number }[] {
  const texts = [...Object.values(environment), ...(command ?? []), ...(entrypoint ?? [])];
  return texts.flatMap((text) =>
    [...text.matchAll(/(?:^|\/\/|[@,\s])([a-z0-9][-a-z0-9]*):(\d{1,5})(?=[/?,\s]|$)/g)].flatMap(
      ([, name = '', digits]) => {
        const port = Number(digits);
        return port >= 1 && port <= 65535 ? [{ name, port }] : [];
      },
    ),
  );
}
