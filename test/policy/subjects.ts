import { instanceType } from '../../policy/container.ts';
import { findings, type Options, type Rule, type Subject } from '../../policy/rule.ts';
import { compactSpec } from '../../spec/compact.ts';
import type { ServiceSpec } from '../../spec/service.ts';
import { minimal } from '../runtimes/services.ts';

/** A resource of a stack. */
export function subject(type: string, props: object, name = 'one', stack = 'prod'): Subject {
  const urn = `urn:pulumi:${stack}::cortex::${type}::${name}`;
  return { type, name, urn, props: props as Record<string, unknown>, protect: false };
}

/** A service that keeps every default. */
export const confined: ServiceSpec = {
  ...minimal,
  readOnly: true,
  capDrop: ['ALL'],
  noNewPrivileges: true,
  limits: { cpus: null, memoryBytes: 512 * 1024 * 1024, pids: 1024 },
  image: `example/plain@sha256:${'0'.repeat(64)}`,
};

/** An instance as the program declares it. */
export function instance(spec: Partial<ServiceSpec>, props: object = {}, stack = 'prod'): Subject {
  return subject(instanceType, { spec: compactSpec({ ...confined, ...spec }), ...props }, 'plain', stack);
}

/** What a rule finds, without where. */
export function messages(rule: Rule, subjects: Subject[], options: Options = {}): string[] {
  return findings([rule], subjects, { [rule.name]: options }).map(({ message }) => message);
}
