// What `--policy-pack policy` runs: the rules, as Pulumi's SDK for policies takes them.
import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from '@pulumi/policy';
import { check, type Options, type Rule } from './rule.ts';
import { rules } from './rules.ts';
import { made, type Seen, toSubject } from './subject.ts';

/** By URN: what each resource is declared with, which is looked at before the stack is. */
const declared = new Map<string, Seen>();

new PolicyPack('cortex', { enforcementLevel: 'mandatory', policies: rules.map(policy) });

function policy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const { name, description, options } = rule;
  const common = {
    name,
    description,
    ...(Object.keys(options).length > 0 && { configSchema: { properties: schema(options) } }),
  };
  switch (rule.kind) {
    case 'resource':
      return {
        ...common,
        validateResource: (args, report) => {
          declared.set(args.urn, args);
          if (!Object.hasOwn(rule.checks, args.type)) return;
          const found = check(rule, toSubject(args), chosen(rule, args));
          for (const { message } of found) report(message);
        },
      };
    case 'stack':
      return {
        ...common,
        validateStack: (args, report) => {
          const found = rule.check(
            args.resources.map((one: Seen) => made(one, declared.get(one.urn))),
            chosen(rule, args),
          );
          for (const { message, urn } of found) report(message, urn);
        },
      };
  }
}

/** The rule's own options, and over them what the operator configured. */
function chosen(rule: Rule, args: { getConfig<T extends object>(): T }): Options {
  return { ...rule.options, ...args.getConfig<Options>() };
}

function schema(options: Options): NonNullable<ResourceValidationPolicy['configSchema']>['properties'] {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? { type: 'array' as const, items: { type: 'string' as const }, default: value }
        : { type: typeof value === 'boolean' ? ('boolean' as const) : ('string' as const), default: value },
    ]),
  );
}
