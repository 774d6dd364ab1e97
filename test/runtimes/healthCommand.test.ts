import { expect, test } from '@jest/globals';
import { healthCommandText } from '../../runtimes/healthCommand.ts';

test.each<[string[], string | null]>([
  [['curl', '-f', 'http://x'], '["curl","-f","http://x"]'],
  [['/bin/sh', '-c', 'a || b'], '["/bin/sh","-c","a || b"]'],
  // one word would be a shell line
  [['/healthy'], 'CMD /healthy'],
  // keywords of podman's
  [['cmd', '-x'], 'CMD cmd -x'],
  [['NONE'], 'CMD NONE'],
  // no way to say these
  [['/my program'], null],
  [[''], null],
  [['cmd', 'a b'], null],
  [['cmd', 'a"'], null],
  [['cmd', 'a\\'], null],
])('%j is told to podman as %j', (command, text) => {
  expect(healthCommandText(command)).toBe(text);
});
