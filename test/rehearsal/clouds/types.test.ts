import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { allowedValues, forcesReplacement } from '../../../rehearsal/clouds/types/documentation.ts';
import { generate } from '../../../rehearsal/clouds/types/generate.ts';
import { providerNames } from '../../../rehearsal/clouds/types/sources.ts';

const directory = join(import.meta.dirname, '../../../rehearsal/clouds/types');

test.each(providerNames)('%s.json says what the typings say: else run types/generate.ts', (provider) => {
  expect(JSON.parse(readFileSync(join(directory, `${provider}.json`), 'utf8'))).toEqual(generate(provider));
});

describe('documentation', () => {
  test.each([
    ['Possible values are: `INGRESS`, `EGRESS`.', ['INGRESS', 'EGRESS']],
    ['Record type.\n     * Available values: "A", "AAAA".', ['A', 'AAAA']],
    ['/**\n * Possible values:\n * "READ_ONLY"\n * "READ_WRITE"\n */', ['READ_ONLY', 'READ_WRITE']],
    ['Available values: "self*hosted", "proxyEndpoint".', ['self_hosted', 'proxy_endpoint']],
    ['Possible values are: `A` if this, `B` if that.', undefined],
    ['The name.', undefined],
  ])('%j allows %j', (documentation, values) => {
    expect(allowedValues(documentation)).toEqual(values);
  });

  test.each([
    ['Changing this forces a new resource to be created.', true],
    ['The resource must be recreated to modify\n     * this field.', true],
    ['Can be updated without creating a new resource.', false],
  ])('%j: a change replaces: %j', (documentation, replaces) => {
    expect(forcesReplacement(documentation)).toBe(replaces);
  });
});
