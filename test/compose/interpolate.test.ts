import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Fault, interpolate } from '../../compose/interpolate.ts';

const variables = { env: { SET: 'yes', EMPTY: '', OTHER: 'o$SET' }, secretNames: ['TOKEN'] };

function run(text: string): { result: string; faults: Fault[] } {
  const faults: Fault[] = [];
  return { result: interpolate(text, variables, faults), faults };
}

describe('interpolate', () => {
  test.each([
    ['plain', 'plain'],
    ['$SET', 'yes'],
    ['${SET}', 'yes'],
    ['a-$SET-b', 'a-yes-b'],
    ['$SET$SET', 'yesyes'],
    ['${EMPTY}', ''],
    // what a value holds is not interpolated again
    ['$OTHER', 'o$SET'],
    // default: with a colon an empty value counts as unset
    ['${NO:-d}', 'd'],
    ['${NO-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${SET:-d}', 'yes'],
    ['${NO:-}', ''],
    // alternative
    ['${SET:+x}', 'x'],
    ['${SET+x}', 'x'],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['${NO:+x}', ''],
    ['${NO+x}', ''],
    // required
    ['${SET:?must}', 'yes'],
    ['${EMPTY?must}', ''],
    // nested
    ['${NO:-${SET}}', 'yes'],
    ['${NO:-a${NO:-b${SET}c}d}', 'abyescd'],
    ['${SET:+[${OTHER}]}', '[o$SET]'],
    ['${NO:-{"a":{}}}', '{"a":{}}'],
    ['${NO:-a:-b}', 'a:-b'],
    ['${NO:-$$SET}', '$SET'],
    // escapes and lone dollars
    ['$$', '$'],
    ['$$SET', '$SET'],
    ['$${SET}', '${SET}'],
    ['$$$SET', '$yes'],
    ['costs 5$', 'costs 5$'],
    ['$5 $. $', '$5 $. $'],
    ['100%', '100%'],
  ])('%j gives %j', (text, expected) => {
    expect(run(text)).toEqual({ result: expected, faults: [] });
  });

  test.each([
    ['$NO', /a value for NO, which is not in cortex:env/, /config set --path 'cortex:env.NO'/],
    ['${NO}', /a value for NO/, /cortex:env.NO/],
    ['${NO:?say who}', /^a value for NO: say who$/, /cortex:env.NO/],
    ['${EMPTY:?}', /^a value for EMPTY$/, /cortex:env.EMPTY/],
    ['${NO?}', /^a value for NO$/, /cortex:env.NO/],
    ['${NO:-$ALSO}', /a value for ALSO/, /cortex:env.ALSO/],
    // a property that every object has is no variable
    ['$constructor', /a value for constructor/, /cortex:env/],
    ['$TOKEN', /delivered as files only/, /token: \{environment: TOKEN\}.*TOKEN_FILE: \/run\/secrets\/token/],
    ['${TOKEN:-x}', /delivered as files only/, /TOKEN_FILE/],
    ['${TOKEN:+x}', /delivered as files only/, /TOKEN_FILE/],
    ['${TOKEN:?x}', /delivered as files only/, /TOKEN_FILE/],
    ['${', /a variable such as/, /\$\$/],
    ['${SET', /a variable such as/, /\$\$/],
    ['${}', /a variable such as/, /\$\$/],
    ['${1}', /a variable such as/, /\$\$/],
    ['${SET!}', /a variable such as/, /\$\$/],
  ])('%j is refused', (text, expected, fix) => {
    const { faults } = run(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.expected).toMatch(expected);
    expect(faults[0]?.fix).toMatch(fix);
  });

  test('an escaped text is the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(run(text.replaceAll('$', '$$$$'))).toEqual({ result: text, faults: [] });
      }),
    );
  });

  test('a default is what an unset variable becomes, however deep', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, depth) => {
        const plain = text.replaceAll(/[${}]/g, '');
        const nested = '${NO:-'.repeat(depth) + plain + '}'.repeat(depth);
        expect(run(nested)).toEqual({ result: plain, faults: [] });
      }),
    );
  });

  test('every text is either interpolated or has a fault', () => {
    const parts = fc.constantFrom('$', '{', '}', 'SET', 'NO', ':', '-', '?', '+', ' ', '${', '${NO:-');
    fc.assert(
      fc.property(
        fc.array(parts).map((all) => all.join('')),
        (text) => {
          const { result, faults } = run(text);
          expect(typeof result).toBe('string');
          for (const fault of faults) expect(fault.fix).not.toBe('');
        },
      ),
    );
  });
});
