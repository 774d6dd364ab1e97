import { expect, test } from '@jest/globals';
import { textDiff } from '../../provider/textDiff.ts';

const unit =
  '[Unit]\nDescription=web\n\n[Container]\nImage=web:1\nEnvironment=A=1\n\n[Service]\nRestart=always\n';

test('the lines that differ, with two around them', () => {
  expect(textDiff(unit, unit.replace('Restart=always', 'Restart=no')).split('\n')).toEqual([
    '@@ -7,3 +7,3 @@',
    ' ',
    ' [Service]',
    '-Restart=always',
    '+Restart=no',
  ]);
});

test('no secret is in it, neither one of the stack nor one that looks like it', () => {
  const edited = unit.replace('A=1', 'A=planted\nEnvironment=API_TOKEN=typed');
  const text = textDiff(unit, edited, ['planted', '']);
  expect(text).toContain('+Environment=A=[secret]');
  expect(text).toMatch(/\+Environment=API_TOKEN=\[hidden#[0-9a-f]{4}\]/);
  expect(text).not.toMatch(/planted|typed/);
});

test('no more than a screen of it', () => {
  const lines = textDiff('', Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join('')).split('\n');
  expect(lines).toHaveLength(41);
  expect(lines.at(-1)).toBe('… and 61 lines more');
});

test('nothing where nothing differs', () => {
  expect(textDiff(unit, unit)).toBe('');
});
