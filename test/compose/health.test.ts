import { describe, expect, test } from '@jest/globals';
import { refusals, web } from './file.ts';

const usual = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0 };

describe('healthcheck', () => {
  test.each([
    ['{test: ["CMD", "curl", "-f", "x y"]}', { ...usual, command: ['curl', '-f', 'x y'] }],
    ['{test: ["CMD-SHELL", "a || exit 1"]}', { ...usual, command: ['/bin/sh', '-c', 'a || exit 1'] }],
    ['{test: a || exit 1}', { ...usual, command: ['/bin/sh', '-c', 'a || exit 1'] }],
    [
      '{test: a, interval: 10s, timeout: 1m, retries: 5, start_period: 1m30s}',
      {
        command: ['/bin/sh', '-c', 'a'],
        intervalMs: 10_000,
        timeoutMs: 60_000,
        retries: 5,
        startPeriodMs: 90_000,
      },
    ],
    ['{test: ["NONE"]}', null],
    ['{disable: true}', null],
    ['{disable: true, test: ["CMD", "x"]}', null],
  ])('%s', (text, health) => {
    expect(web(`healthcheck: ${text}`).health).toEqual(health);
  });

  const path = 'services.web.healthcheck';
  test.each([
    ['{interval: 10s}', `${path}: a \`test\``],
    ['{test: []}', `${path}.test: ['CMD', program`],
    ['{test: ["CMD"]}', `${path}.test: ['CMD', program`],
    ['{test: ["curl", "x"]}', `${path}.test: ['CMD', program`],
    ['{test: ["CMD-SHELL", "a", "b"]}', `${path}.test: ['CMD', program`],
    ['{test: ""}', `${path}.test: a command`],
    ['{test: a, interval: 0s}', `${path}.interval: a duration above 0`],
    ['{test: a, timeout: soon}', `${path}.timeout: a duration above 0`],
    ['{test: a, retries: 0}', `${path}.retries: a whole number`],
    ['{test: a, start_interval: 1s}', `${path}.start_interval: no`],
  ])('%s is refused', (text, refusal) => {
    expect(refusals(`healthcheck: ${text}`)).toEqual([expect.stringContaining(refusal)]);
  });
});
