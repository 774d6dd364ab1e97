import type { Unwrap } from '@pulumi/pulumi';

/** A resource as a rule sees it: plain JSON, secrets opened, and `unknown` in the place of what is not known yet. */
export interface Subject {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
  /** the resource option */
  protect: boolean;
}

/** Stands for a value that only `up` will know: no rule finds fault with it. */
export const unknown = '(known after apply)';

/** What `--policy-pack-config` may change of a rule, with its defaults. */
export type Options = Record<string, boolean | string | string[]>;

/** What is wrong with one resource, one text each: what was found, and what is expected. */
export type Check<O extends Options> = (subject: Subject, options: O) => string[];

export interface Finding {
  urn: string;
  message: string;
}

interface Common<O extends Options> {
  /** by which it is configured and reported */
  name: string;
  /** what it demands */
  description: string;
  options: O;
}

/** Looks at each resource alone, before it is made. */
export interface ResourceRule<O extends Options = Options> extends Common<O> {
  kind: 'resource';
  /** by Pulumi's type token; others are none of its business */
  checks: Record<string, Check<O>>;
}

/** Looks at all resources together. */
export interface StackRule<O extends Options = Options> extends Common<O> {
  kind: 'stack';
  check(subjects: readonly Subject[], options: O): Finding[];
}

export type Rule = ResourceRule | StackRule;

/** A rule whose options are typed where it is written; the pack gives it what fits them. */
export function resourceRule<O extends Options>(rule: Omit<ResourceRule<O>, 'kind'>): ResourceRule {
  return { kind: 'resource', ...rule } as unknown as ResourceRule;
}

export function stackRule<O extends Options>(rule: Omit<StackRule<O>, 'kind'>): StackRule {
  return { kind: 'stack', ...rule } as unknown as StackRule;
}

/** A check of the published arguments of a type: `A` is what the provider's package calls them. */
export function of<A, O extends Options = Options>(
  check: (args: Unwrap<A>, subject: Subject, options: O) => string[],
): Check<O> {
  return (subject, options) => check(subject.props as Unwrap<A>, subject, options);
}

/** What rules find in these resources: how a pack decides, without an engine. */
export function findings(
  rules: readonly Rule[],
  subjects: readonly Subject[],
  options: Record<string, Options> = {},
): (Finding & { rule: string })[] {
  return rules.flatMap((rule) => {
    const chosen = { ...rule.options, ...options[rule.name] };
    const found =
      rule.kind === 'stack'
        ? rule.check(subjects, chosen)
        : subjects.flatMap((one) => check(rule, one, chosen));
    return found.map((finding) => ({ rule: rule.name, ...finding }));
  });
}

/** What a rule says of one resource. */
export function check(rule: ResourceRule, subject: Subject, options: Options): Finding[] {
  const own = Object.hasOwn(rule.checks, subject.type) ? rule.checks[subject.type] : undefined;
  return (own?.(subject, options) ?? []).map((message) => ({ urn: subject.urn, message }));
}
