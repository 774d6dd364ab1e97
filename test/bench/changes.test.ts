import { expect, test } from '@jest/globals';
import { Changes } from '../../bench/changes.ts';

/** Lines of `pulumi up`, one a second. */
function timed(lines: string[]): Changes {
  let second = 0;
  const changes = new Changes(() => 1000 * second);
  for (const line of lines) {
    second += 1;
    changes.line(line);
  }
  return changes;
}

test('from the first change of the host that begins to the last that ends', () => {
  const { seconds } = timed([
    '    pulumi:pulumi:Stack cortex-dev running read pulumi:pulumi:Stack cortex-dev',
    ' ~  containerhost:index:Proxy cortex-proxy refreshing (0s) ',
    ' ~  containerhost:index:Proxy cortex-proxy updating (0s) [diff: ~services]',
    ' ~  containerhost:index:Proxy cortex-proxy updated (0.70s) [diff: ~services]',
    ' +  containerhost:index:Instance cortex-engine creating (0s) starting in docker',
    ' +  containerhost:index:Instance cortex-engine created (4s) starting in docker',
    ' +  containerhost:index:Slot cortex-engine creating (0s) ',
    ' +  containerhost:index:Slot cortex-engine created (0.39s) ',
    '    pulumi:pulumi:Stack cortex-dev  1 message',
  ]);
  expect(seconds).toBe(5);
});

test('an up that changed nothing there has no such time', () => {
  const changes = timed([' +  gcp:compute:Disk cortex-data created (1s) ']);
  expect(() => changes.seconds).toThrow('changed nothing');
});
