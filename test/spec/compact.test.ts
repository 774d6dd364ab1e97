import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compactSpec, expandSpec, leftOut } from '../../spec/compact.ts';
import { canonicalJson, sha256 } from '../../spec/digest.ts';
import type { ServiceSpec } from '../../spec/service.ts';
import { admin, engine, everything, minimal, tunnel } from '../runtimes/services.ts';

const bare: ServiceSpec = { name: 'web', image: 'example/web:1', ...leftOut };

describe('a spec as it travels', () => {
  test('says its name and its image, where everything else goes without saying', () => {
    expect(compactSpec(bare)).toEqual({ name: 'web', image: 'example/web:1' });
    expect(expandSpec({ name: 'web', image: 'example/web:1' })).toEqual(bare);
  });

  test('says what is otherwise, inside of what has parts too', () => {
    const spec = { ...bare, limits: { ...bare.limits, pids: 64 }, capDrop: [], peers: ['a', 'b'] };
    expect(compactSpec(spec)).toEqual({
      name: 'web',
      image: 'example/web:1',
      limits: { pids: 64 },
      capDrop: [],
      peers: 'a b',
    });
  });

  test('says what goes without saying beside something else that was found', () => {
    const found = compactSpec({ ...bare, readOnly: false, limits: { ...bare.limits, cpus: 2 } });
    expect(compactSpec(bare, found)).toEqual({
      name: 'web',
      image: 'example/web:1',
      readOnly: true,
      limits: { cpus: null },
    });
    // and not a second time
    expect(compactSpec(bare, compactSpec(bare, found))).toEqual(compactSpec(bare));
  });

  test('does not make what was found to be nothing into what goes without saying', () => {
    const { capDrop: _, ...without } = bare;
    expect(expandSpec(compactSpec(without))).toEqual({ ...bare, capDrop: null });
  });

  test('leaves alone what is known later', () => {
    const later = new (class Later {})();
    expect(compactSpec({ ...bare, image: later, environment: later })).toMatchObject({
      image: later,
      environment: later,
    });
  });

  test.each([minimal, admin, engine, tunnel, everything])('is the same when it arrives: $name', (spec) => {
    expect(expandSpec(compactSpec(spec))).toEqual(spec);
  });

  test('of none of a limit says so', () => {
    expect(compactSpec({ ...bare, limits: { cpus: null, memoryBytes: null, pids: null } })).toEqual({
      name: 'web',
      image: 'example/web:1',
      limits: { memoryBytes: null, pids: null },
    });
  });

  // states that are there do not change their meaning: this digest stays, unless a property of a spec was added
  test('leaves out the same for ever', () => {
    expect(sha256(canonicalJson(leftOut))).toBe(
      '82a113240c93e3ea1f36e38dede845e7f6f5961b7ed357ef6370d864ca8bdd6d',
    );
  });
});

const texts = fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 3 });
const specs = fc.record({
  capDrop: fc.constantFrom<string[]>(['ALL'], [], ['NET_RAW']),
  command: fc.option(texts, { nil: null }),
  environment: fc.dictionary(fc.stringMatching(/^[A-Z]{1,3}$/), fc.string(), { maxKeys: 2 }),
  limits: fc.record({
    cpus: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
    memoryBytes: fc.option(fc.integer({ min: 1 }), { nil: null }),
    pids: fc.option(fc.constantFrom(64, 1024), { nil: null }),
  }),
  networks: texts,
  peers: texts,
  readOnly: fc.boolean(),
  rollout: fc.constantFrom('rolling', 'recreate'),
  stopGraceMs: fc.constantFrom(10_000, 0, 1),
});

test('whatever a spec says arrives, whatever was there before', () => {
  fc.assert(
    fc.property(specs, specs, (said, before) => {
      const [spec, like] = [said, before].map((changes) => ({ ...bare, ...changes }));
      expect(expandSpec(compactSpec(spec as object, compactSpec(like as object)))).toEqual(spec);
    }),
  );
});

test('both values of a difference are there to be shown, unless both go without saying', () => {
  fc.assert(
    fc.property(specs, specs, (found, declared) => {
      const old = compactSpec({ ...bare, ...found });
      const now = compactSpec({ ...bare, ...declared }, old);
      for (const key of Object.keys(old)) {
        // parts of a mapping come and go
        if (key !== 'environment') expect(now).toHaveProperty(key);
      }
    }),
  );
});
