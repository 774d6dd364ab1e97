import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type PropertyValue, type Props, Secret } from '../../../../provider/rpc/value.ts';
import { gcp, gcpKinds } from '../../../../rehearsal/clouds/gcp/gcp.ts';
import type { Rule } from '../../../../rehearsal/clouds/rules.ts';
import type { Properties, Schema } from '../../../../rehearsal/clouds/schema.ts';
import { Store } from '../../../../rehearsal/clouds/store.ts';
import table from '../../../../rehearsal/clouds/types/gcp.json' with { type: 'json' };
import { Engine, fakeWorld, scratch } from '../fakes.ts';

// Each rule of every type is broken on purpose here, made from the rules themselves: one that nothing can break
// would be found.

const schema = table as Schema;
const world = fakeWorld();
const kinds = gcpKinds(world);
const config = { project: 'p', region: 'europe-west1', zone: 'europe-west1-b' };
const engine = new Engine(gcp(new Store(join(scratch(), 'gcp.json')), world), config);

const refusals = async (type: string, inputs: Props) => (await engine.reasons(type, inputs)).join('\n');

/** Inputs with a value at a path, every object on the way a list of one where the types say so. */
function at(path: readonly string[], value: PropertyValue, properties: Properties): Props {
  const [name = '', ...rest] = path;
  const type = properties[name]?.type ?? 'any';
  if (rest.length === 0) return { [name]: type.startsWith('[') && !Array.isArray(value) ? [value] : value };
  const element = type.startsWith('[') ? type.slice(1, -1) : type;
  const inside = at(rest, value, schema.types[element] ?? {});
  return { [name]: type.startsWith('[') ? [inside] : inside };
}

function inside(path: string | undefined, value: Props, properties: Properties): Props {
  return path === undefined ? value : at(path.split('.'), value, properties);
}

/** Inputs that break a rule, in each way that there is. */
function breaking(rule: Rule, properties: Properties): Props[] {
  switch (rule.rule) {
    case 'exactlyOne':
    case 'atMostOne':
    case 'atLeastOne': {
      const [first = '', second = ''] = rule.of;
      const none = rule.rule === 'atMostOne' ? [] : [inside(rule.in, {}, properties)];
      const two =
        rule.rule === 'atLeastOne' ? [] : [inside(rule.in, { [first]: 'x', [second]: 'y' }, properties)];
      return [...none, ...two];
    }
    case 'values':
    case 'matches':
      return [at(rule.at.split('.'), 'No Such Value!', properties)];
    case 'range':
      return [rule.min - 1, rule.max + 1].map((value) => at(rule.at.split('.'), value, properties));
    case 'length':
      return [0, rule.max + 1].map((count) => at(rule.at.split('.'), Array(count).fill({}), properties));
    case 'labels':
      return [
        at([...rule.at.split('.')], { Upper: 'a' }, properties),
        at([...rule.at.split('.')], { lower: 'A' }, properties),
      ];
    case 'needs':
      return [inside(rule.in, { [rule.set]: 'x' }, properties)];
  }
}

const types = Object.keys(kinds);

test('every type of the tables is known, and none beside them', () => {
  expect(types.sort()).toEqual(Object.keys(schema.resources).sort());
});

describe.each(types)('%s', (type) => {
  const { inputs } = schema.resources[type] as { inputs: Properties };
  const kind = kinds[type] ?? { id: () => '' };
  const required = Object.entries(inputs).filter(([, property]) => property.required);
  const listed = Object.entries(inputs).filter(([, property]) => property.values);
  const rules = (kind.rules ?? []).flatMap((rule) =>
    breaking(rule, inputs).map((broken) => ({
      rule,
      broken,
      name: `${rule.rule} ${JSON.stringify(broken)}`,
    })),
  );

  test('refuses a misspelt property', async () => {
    expect(await refusals(type, { nosuch: 'x' })).toContain('nosuch: no such property');
  });

  if (required.length > 0)
    test.each(required)('misses %s', async (name) => {
      expect(await refusals(type, {})).toContain(`${name}: missing`);
    });

  if (listed.length > 0)
    test.each(listed)('refuses a value of %s that is not listed', async (name) => {
      expect(await refusals(type, { [name]: 'No Such Value!' })).toContain(
        `${name}: found 'No Such Value!', expected one of`,
      );
    });

  if (rules.length > 0)
    test.each(rules)('refuses $name', async ({ rule, broken }) => {
      expect(await refusals(type, broken)).toContain(`(${rule.source})`);
    });

  const replacing = Object.entries(kind.replaces ?? {}).filter(([, always]) => always === true);
  if (replacing.length > 0)
    test.each(replacing.map(([path]) => path))('a change of %s makes a new one', async (path) => {
      const names = path.replace('[]', '').split('.');
      const same = { ...config, name: 'n' };
      const before = { ...same, ...at(names, path.endsWith('[]') ? [] : 'before', inputs) };
      const after = { ...same, ...at(names, path.endsWith('[]') ? [{}] : 'after', inputs) };
      const deployed = { type, name: 'x', id: 'x', inputs: before, properties: before };
      const { replaces = [] } = await engine.diff(deployed, after);
      expect(replaces.map((each) => each.split(/[.[]/)[0])).toEqual([names[0]]);
    });

  test('says where each rule comes from', () => {
    for (const { source } of kind.rules ?? []) expect(source).toMatch(/^(schema: google_|https:\/\/)/);
  });
});

test('what a rule finds in a secret is not told', async () => {
  const type = 'gcp:secretmanager/secretVersion:SecretVersion';
  const reasons = await refusals(type, {
    secret: 's',
    secretData: new Secret('hunter2'),
    secretDataWo: new Secret('hunter3'),
  });
  expect(reasons).toContain("excludes 'secretData'");
  expect(reasons).not.toContain('hunter');
});

describe('beyond what a rule can say', () => {
  test.each<[string, Props, string]>([
    [
      'gcp:compute/firewall:Firewall',
      { network: 'n', allows: [{ protocol: 'tcp' }] },
      "one of 'sourceRanges', 'sourceTags' and 'sourceServiceAccounts' is needed",
    ],
    [
      'gcp:compute/instance:Instance',
      { metadataStartupScript: 'true', metadata: { 'startup-script': 'true' } },
      'exclude each other',
    ],
    [
      'gcp:monitoring/notificationChannel:NotificationChannel',
      { type: 'email', labels: {} },
      "labels.email_address: missing; a channel of type 'email' needs it",
    ],
    [
      'gcp:monitoring/alertPolicy:AlertPolicy',
      { conditions: [{ displayName: 'x', conditionAbsent: { duration: '60s' } }] },
      "conditions[0].conditionAbsent.duration: found '60s', expected whole minutes, at least 120 s",
    ],
    [
      'gcp:monitoring/alertPolicy:AlertPolicy',
      { conditions: [{ displayName: 'x', conditionThreshold: { duration: '90s' } }] },
      'expected whole minutes',
    ],
  ])('%s %j', async (type, inputs, reason) => {
    expect(await refusals(type, inputs)).toContain(reason);
  });
});
