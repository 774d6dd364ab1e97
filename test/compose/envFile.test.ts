import { describe, expect, test } from '@jest/globals';
import { type EnvFault, parseEnvFile } from '../../compose/envFile.ts';

function run(text: string) {
  const faults: EnvFault[] = [];
  const values = parseEnvFile(text, { env: { SET: 'yes', A: 'env' }, secretNames: ['TOKEN'] }, faults);
  return { values: Object.fromEntries(values), faults };
}

describe('parseEnvFile', () => {
  test.each([
    ['A=1\nB=2\n', { A: '1', B: '2' }],
    ['# note\n\n  A = 1 \r\nexport B=2', { A: '1', B: '2' }],
    ['A=', { A: '' }],
    ['A=a=b', { A: 'a=b' }],
    ['A: 1', { A: '1' }],
    ['A=a b # note', { A: 'a b' }],
    ['A=a#b', { A: 'a#b' }],
    ['A="a # b" # note', { A: 'a # b' }],
    [`A='$SET \\n'`, { A: '$SET \\n' }],
    ['A="$SET\\n\\$SET\\"\\\\"', { A: 'yes\n$SET"\\' }],
    ['A=${SET}-${NO:-d}', { A: 'yes-d' }],
    ['B=x\nC=$B', { B: 'x', C: 'x' }],
    // as in Compose, what is set outside of the file comes first
    ['A=x\nC=$A', { A: 'x', C: 'env' }],
    ['A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
    ['SET\nB=1', { SET: 'yes', B: '1' }],
    ['B=1\nB=2', { B: '2' }],
  ])('%j', (text, values) => {
    expect(run(text)).toEqual({ values, faults: [] });
  });

  test.each([
    ['A=1\nno name', 2, /NAME=value/],
    ['=1', 1, /NAME=value/],
    ['A=1\n\nB="open\nC=2', 3, /a closing "/],
    ["A='x' y", 1, /nothing after it/],
    ['A=$NO', 1, /a value for NO/],
    ['A=$TOKEN', 1, /files only/],
    ['NO', 1, /a value for NO/],
  ])('%j has a fault', (text, line, expected) => {
    const { faults } = run(text);
    expect(faults[0]).toMatchObject({ line, expected: expect.stringMatching(expected) });
  });
});
