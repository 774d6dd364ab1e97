import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { scratch } from '../scratch.ts';

const script = join(import.meta.dirname, '../../../toolchain/ci/drift.sh');

/** Both checks, by a `pulumi` that notes what it is told and ends as it is told. */
function drift(codes: { refresh: number; preview: number }) {
  const place = scratch({
    pulumi: `#!/bin/sh\ndir=$(dirname "$0")\necho "$*" >>"$dir/asked"\necho "said by $1"\n[ "$1" = refresh ] && exit ${codes.refresh}\nexit ${codes.preview}\n`,
  });
  const { status, stdout } = spawnSync('bash', [script, 'prod'], {
    encoding: 'utf8',
    env: { PATH: `${place.path}:${process.env.PATH}`, GITHUB_STEP_SUMMARY: join(place.path, 'summary') },
  });
  return { status, stdout, asked: place.read('asked') ?? '', summary: place.read('summary') ?? '' };
}

test('asks twice, and neither check can write state', () => {
  const { status, asked, summary } = drift({ refresh: 0, preview: 0 });
  expect(status).toBe(0);
  const [refresh, preview, ...more] = asked.trim().split('\n');
  expect(refresh).toMatch(/^refresh --preview-only --expect-no-changes .*--stack prod$/);
  expect(preview).toMatch(/^preview --refresh=false --expect-no-changes .*--stack prod$/);
  expect(more).toEqual([]);
  expect(summary).toBe('### prod, cloud and host: no drift\n\n### prod, program: no drift\n\n');
});

describe('exit codes are told apart', () => {
  test.each([
    [{ refresh: 7, preview: 0 }, 7, 'cloud and host: **drift**'],
    [{ refresh: 0, preview: 7 }, 7, 'program: **drift**'],
    [{ refresh: 7, preview: 7 }, 7, 'program: **drift**'],
    [{ refresh: 255, preview: 7 }, 1, 'cloud and host: **could not be checked** (exit code 255)'],
    [{ refresh: 7, preview: 1 }, 1, 'program: **could not be checked** (exit code 1)'],
  ])('%j ends with %d', (codes, expected, said) => {
    const { status, summary, stdout, asked } = drift(codes);
    expect(status).toBe(expected);
    expect(summary).toContain(said);
    expect(summary).toContain('said by');
    expect(stdout).toContain('said by refresh\nsaid by preview');
    // the second is made whatever the first says
    expect(asked.trim().split('\n')).toHaveLength(2);
  });
});
