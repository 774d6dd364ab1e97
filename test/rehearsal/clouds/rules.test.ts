import { describe, expect, test } from '@jest/globals';
import { type Props, Secret, Unknown } from '../../../provider/rpc/value.ts';
import { brokenRules, type Rule } from '../../../rehearsal/clouds/rules.ts';

const source = 'the docs';
const broken = (rule: Rule, inputs: Props) =>
  brokenRules([rule], inputs).map(({ property, reason }) => `${property}: ${reason}`);

describe('properties that depend on each other', () => {
  const exactly: Rule = { rule: 'exactlyOne', of: ['a', 'b'], source };

  test('exactly one', () => {
    expect(broken(exactly, { a: 1 })).toEqual([]);
    expect(broken(exactly, {})).toEqual(["a: missing; expected exactly one of 'a', 'b' (the docs)"]);
    expect(broken(exactly, { a: 1, b: 2 })).toEqual(["b: excludes 'a': expected one of 'a', 'b' (the docs)"]);
  });

  test('at least one, at most one', () => {
    const least: Rule = { rule: 'atLeastOne', of: ['a', 'b'], source };
    expect(broken(least, { a: 1, b: 2 })).toEqual([]);
    expect(broken(least, { c: 1 })).toHaveLength(1);
    const most: Rule = { rule: 'atMostOne', of: ['a', 'b'], source };
    expect(broken(most, {})).toEqual([]);
    expect(broken(most, { a: 1, b: 2 })).toHaveLength(1);
  });

  test('inside of lists, each by itself, and nowhere if there is none', () => {
    const inside: Rule = { ...exactly, in: 'steps.run' };
    expect(broken(inside, { steps: [{ run: { a: 1 } }, { run: {} }, {}] })).toEqual([
      "steps[1].run.a: missing; expected exactly one of 'a', 'b' (the docs)",
    ]);
    expect(broken(inside, {})).toEqual([]);
  });

  test('what is null is not there, and what is unknown or secret is', () => {
    expect(broken(exactly, { a: null, b: Unknown })).toEqual([]);
    expect(broken(exactly, { a: new Secret('x') })).toEqual([]);
  });

  test('one that needs another', () => {
    const needs: Rule = { rule: 'needs', set: 'a', other: 'b', value: 'x', source };
    expect(broken(needs, { b: 'y' })).toEqual([]);
    expect(broken(needs, { a: 1, b: 'x' })).toEqual([]);
    expect(broken(needs, { a: 1, b: Unknown })).toEqual([]);
    expect(broken(needs, { a: 1, b: 'y' })).toEqual(["a: needs 'b' to be 'x' (the docs)"]);
    expect(broken({ rule: 'needs', set: 'a', other: 'b', source }, { a: 1 })).toEqual([
      "a: needs 'b' (the docs)",
    ]);
  });
});

describe('values', () => {
  test('are of a list, match, or are in a range; unknown ones may be', () => {
    expect(broken({ rule: 'values', at: 'a.b', values: ['x'], source }, { a: [{ b: 'y' }, {}] })).toEqual([
      "a[0].b: found 'y', expected one of x (the docs)",
    ]);
    expect(broken({ rule: 'values', at: 'a', values: ['x'], source }, { a: ['x', 'y'] })).toEqual([
      "a[1]: found 'y', expected one of x (the docs)",
    ]);
    const form: Rule = { rule: 'matches', at: 'a', pattern: /^x$/, expected: 'an x', source };
    expect(broken(form, { a: 'y' })).toEqual(["a: found 'y', expected an x (the docs)"]);
    expect(broken(form, { a: Unknown })).toEqual([]);
    const range: Rule = { rule: 'range', at: 'a', min: 1, max: 2, source };
    expect(broken(range, { a: 3 })).toEqual(['a: found 3, expected 1 to 2 (the docs)']);
    expect(broken(range, { a: 2 })).toEqual([]);
  });

  test('are so many', () => {
    const rule: Rule = { rule: 'length', at: 'a.b', min: 1, max: 2, source };
    expect(broken(rule, { a: { b: [] } })).toEqual(['a.b: found 0 of them, expected 1 to 2 (the docs)']);
    expect(broken(rule, { a: { b: [1, 2] } })).toEqual([]);
  });

  test('of labels have a form of their own', () => {
    const rule: Rule = { rule: 'labels', at: 'labels', source };
    expect(broken(rule, { labels: { project: 'cortex', 'a-b': '' } })).toEqual([]);
    expect(broken(rule, { labels: { A: 'b', c: 'D' } })).toEqual([
      "labels: 'A' is no key of a label: expected up to 63 of a-z, 0-9, _ and -, a letter first (the docs)",
      "labels.c: found 'D', expected up to 63 of a-z, 0-9, _ and - (the docs)",
    ]);
  });
});
