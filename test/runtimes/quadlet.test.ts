import { expect, test } from '@jest/globals';
import { type Quadlet, serialize } from '../../runtimes/quadlet.ts';

const unit = (value: string): Quadlet => ({
  comment: 'a comment',
  unit: [['Description', value]],
  container: [['Image', 'x']],
  service: [],
  install: [['WantedBy', 'default.target']],
});

test('writes sections in order, and none that is empty', () => {
  expect(serialize(unit('d'))).toBe(
    '# a comment\n[Unit]\nDescription=d\n\n[Container]\nImage=x\n\n[Install]\nWantedBy=default.target\n',
  );
});

test.each(['a\nExec=x', 'a\\', 'a\rb'])('refuses %j, which would change another line', (value) => {
  expect(() => serialize(unit(value))).toThrow('is not escaped');
});
