import type { Dependency } from '../spec/service.ts';
import type { Context } from './context.ts';
import type { Value } from './value.ts';

export interface ReadDependency extends Dependency {
  /** false: does not matter when the service's profile is not active */
  required: boolean;
  at: Value;
}

/** Reads `depends_on`, list or map, sorted by service. */
export function readDependencies(name: string, value: Value, context: Context): ReadDependency[] {
  const dependencies = value.isList
    ? value.items().map((at) => dependency(at.string(), 'service_started', true, at))
    : value.entries().map(([service, at]) => readLong(service, at));
  for (const { service, at } of dependencies) {
    const found = `"${service}"`;
    if (service === name) {
      at.complain({ found, expected: 'another service', fix: 'delete it: a service cannot wait for itself' });
    } else if (!context.services.includes(service)) {
      at.complain({
        found,
        expected: 'a service of this file',
        fix: `use one of ${context.services.join(', ')}`,
      });
    }
  }
  return dependencies.sort((a, b) => (a.service < b.service ? -1 : 1));
}

function readLong(service: string, at: Value): ReadDependency {
  at.refuseOtherThan(['condition', 'required', 'restart']);
  const restart = at.get('restart');
  if (restart.boolean()) {
    restart.complain({
      expected: 'false: a dependency is replaced without its dependents noticing',
      fix: 'delete it',
    });
  }
  const condition = at.get('condition').string() as Dependency['condition'];
  const required = at.get('required');
  return dependency(service, condition, required.there ? required.boolean() : true, at);
}

function dependency(service: string, condition: Dependency['condition'], required: boolean, at: Value) {
  return { service, condition, required, at };
}
