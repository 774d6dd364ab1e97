import { expect, test } from '@jest/globals';
import { hidden, masked, maskedText } from '../../provider/masked.ts';

const telegram = `1234567:${'a'.repeat(35)}`;

test.each([
  ['by its name', 'hunter2', 'DB_PASSWORD', hidden('hunter2')],
  ['by its form', telegram, 'NOTE', hidden(telegram)],
  ['in a command', ['run', '--token', telegram], 'command', ['run', '--token', hidden(telegram)]],
  ['in an argument', ['--api-key=abc'], 'command', [`--api-key=${hidden('abc')}`]],
  ['below its name', { API_TOKEN: 'x' }, 'environment', { API_TOKEN: hidden('x') }],
  ['not what is none', ['serve', '--port', '80'], 'command', ['serve', '--port', '80']],
  ['not an empty one', '', 'API_TOKEN', ''],
  ['not a number', 5, 'retries', 5],
])('a secret is hidden: %s', (_, value, name, expected) => {
  expect(masked(value, name)).toEqual(expected);
});

test.each([
  ['Environment=API_TOKEN=typed', `Environment=API_TOKEN=${hidden('typed')}`],
  ['      - "API_TOKEN=typed"', `      - "API_TOKEN=${hidden('typed')}"`],
  ['password: typed', `password: ${hidden('typed')}`],
  [`Exec=bot ${telegram}`, `Exec=bot ${hidden(telegram)}`],
  ['Exec=["bot","--token","a=b:c"]', `Exec=["bot","--token","${hidden('a=b:c')}"]`],
  // where a secret lies is none
  ['TELEGRAM_BOT_TOKEN_FILE=/run/secrets/token', 'TELEGRAM_BOT_TOKEN_FILE=/run/secrets/token'],
  ['token: /run/secrets/token', 'token: /run/secrets/token'],
  ['Restart=always', 'Restart=always'],
])('in a line of a file: %s', (line, expected) => {
  expect(maskedText(line)).toBe(expected);
});

test('two values are told apart, and none can be found by trying', () => {
  expect(hidden('a')).not.toBe(hidden('b'));
  expect(hidden('a')).toMatch(/^\[hidden#[0-9a-f]{4}\]$/);
});
