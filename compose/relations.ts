import { sharedUserProblems } from '../spec/ownership.ts';
import type { Dependency } from '../spec/service.ts';
import type { ReadService } from './service.ts';

/** Checks what no service can tell by itself. `active` are those of `all` that the profiles select. */
export function checkRelations(all: readonly ReadService[], active: readonly ReadService[]): void {
  checkProfiles(active);
  checkConditions(all);
  checkCycles(all);
  checkHostPorts(active);
  // of all: the owner of the files stays the same when a profile is switched off. One that is off is only warned
  for (const { service: name, expected, fix } of sharedUserProblems(all.map(({ spec }) => spec))) {
    const service = all.find(({ spec }) => spec.name === name);
    const off = !service || !active.includes(service);
    service?.at.get('user').complain({ ...(off && { severity: 'warning' }), expected, fix });
  }
}

/** The dependencies that a spec keeps: those on active services. */
export function activeDependencies(service: ReadService, active: readonly ReadService[]): Dependency[] {
  return service.dependencies
    .filter((dependency) => active.some(({ spec }) => spec.name === dependency.service))
    .map(({ service: name, condition }) => ({ service: name, condition }));
}

function checkProfiles(active: readonly ReadService[]): void {
  const names = new Set(active.map(({ spec }) => spec.name));
  for (const { dependencies, spec } of active) {
    for (const { service, required, at } of dependencies) {
      const known = spec.peers.includes(service);
      if (!required || !known || names.has(service)) continue;
      at.complain({
        found: `"${service}"`,
        expected: 'a service that is active: its profiles are not',
        fix: `activate one of its profiles in cortex:profiles, or write ${service}: {condition: ..., required: false}`,
      });
    }
  }
}

function checkConditions(all: readonly ReadService[]): void {
  const specs = new Map(all.map(({ spec }) => [spec.name, spec]));
  for (const { dependencies } of all) {
    for (const { service, condition, at } of dependencies) {
      const other = specs.get(service);
      if (condition === 'service_healthy' && other && !other.health) {
        at.complain({
          found: `"${service}"`,
          expected: 'a service with a health check',
          fix: `give ${service} a healthcheck, or write condition: service_started`,
        });
      }
      if (condition === 'service_completed_successfully' && other && /always|unless-/.test(other.restart)) {
        at.complain({
          found: `"${service}"`,
          expected: `a service that ends: ${service} is started again each time (restart: ${other.restart})`,
          fix: `write restart: on-failure in ${service}`,
        });
      }
    }
  }
}

function checkCycles(all: readonly ReadService[]): void {
  const services = new Map(all.map((service) => [service.spec.name, service]));
  const done = new Set<string>();
  const visit = (service: ReadService, way: string[]) => {
    const { name } = service.spec;
    if (done.has(name)) return;
    for (const dependency of service.dependencies) {
      const next = services.get(dependency.service);
      const start = [...way, name].indexOf(dependency.service);
      if (start >= 0 && dependency.service !== name) {
        dependency.at.complain({
          found: [...way, name].slice(start).concat(dependency.service).join(' → '),
          expected: 'no circle: none of these could start first',
          fix: 'delete one of these dependencies',
        });
      } else if (start < 0 && next) {
        visit(next, [...way, name]);
      }
    }
    done.add(name);
  };
  for (const service of all) visit(service, []);
}

function checkHostPorts(active: readonly ReadService[]): void {
  const taken: { address: string; port: number; service: string }[] = [];
  for (const { spec, at } of active) {
    for (const { address, port } of spec.ports.flatMap(({ published }) => published)) {
      const other = taken.find((one) => one.port === port && overlap(one.address, address));
      if (other) {
        at.get('ports').complain({
          found: `${address}:${port}`,
          expected: `a port of the host that ${other.service} does not publish (${other.address}:${port})`,
          fix: 'give one of them another host port',
        });
      }
      taken.push({ address, port, service: spec.name });
    }
  }
}

function overlap(a: string, b: string): boolean {
  return a === b || a === '0.0.0.0' || b === '0.0.0.0';
}
