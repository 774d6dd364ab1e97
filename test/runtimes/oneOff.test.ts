import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type OneOff, oneOffArgv } from '../../runtimes/oneOff.ts';
import { runtimeNames, type ServiceSpec } from '../../spec/service.ts';
import { contextOf, engine, everything, minimal } from './services.ts';

const oneOff: OneOff = {
  name: 'run-test-0123abcd',
  image: 'python:3.11',
  command: ['python', 'script.py', '--name', 'a b'],
  tty: false,
  binds: [{ source: '/var/tmp/work/0', target: '/app, or so', readOnly: false }],
  environment: { MODE: 'once' },
  workingDir: '/app',
};

describe.each(runtimeNames)('a one-off under %s', (runtime) => {
  const like = (spec: ServiceSpec, changes: Partial<OneOff> = {}) => {
    const own = { ...oneOff, image: spec.image, binds: [], workingDir: null, environment: {} };
    return oneOffArgv(runtime, { ...own, ...changes }, contextOf(spec), spec);
  };

  test('is what it was', () => {
    // one argument a line: how it is quoted for the shell is another's business
    const text = [
      '# an image',
      ...oneOffArgv(runtime, oneOff, contextOf(minimal), undefined),
      '',
      '# as a service that sets something is',
      ...like(engine, { tty: true }),
      '',
      '# as a service that sets everything is',
      ...like(everything),
      '',
    ].join('\n');
    const golden = join(import.meta.dirname, 'golden', `one-off-${runtime}.txt`);
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  test('writes nothing that the service writes, and is no instance of it', () => {
    for (const spec of [engine, everything]) {
      const argv = like(spec);
      const mounts = argv.filter((word) => word.startsWith('--mount=type=bind'));
      expect(mounts.length).toBeGreaterThan(0);
      expect(mounts.filter((word) => !word.endsWith(',readonly'))).toEqual([]);
      expect(argv.join('\n')).not.toMatch(/--(publish|health|restart)|containerhost\.(instance|service)/);
    }
  });

  test('what the operator says goes before what the service says', () => {
    const argv = like(engine, { environment: { CORTEX_ROLE: 'report' }, workingDir: '/elsewhere' });
    expect(argv).toContain('--env=CORTEX_ROLE=report');
    expect(argv).not.toContain('--env=CORTEX_ROLE=engine');
    expect(argv.filter((word) => word.startsWith('--workdir=')).at(-1)).toBe('--workdir=/elsewhere');
  });
});
