import { describe, expect, test } from '@jest/globals';
import { fileWith, load, refusals, web } from './file.ts';

const around = {
  env: { RULES: 'from env' },
  secretNames: ['TOKEN'],
  supplied: { secrets: ['tunnel-token'], configs: ['tunnel-config'] },
  files: { 'app.conf': 'from file $TOKEN' },
};
const secrets = 'secrets: {token: {environment: TOKEN}, tunnel-token: {external: true}}';
const configs = `configs:
  inline: {content: "a$$b\${RULES}"}
  file: {file: ./app.conf}
  env: {environment: RULES}
  tunnel-config: {external: true}`;

describe('secrets', () => {
  test.each([
    ['secrets: [token]', [{ secret: 'token', target: '/run/secrets/token' }]],
    ['secrets: [{source: token}]', [{ secret: 'token', target: '/run/secrets/token' }]],
    ['secrets: [{source: token, target: t}]', [{ secret: 'token', target: '/run/secrets/t' }]],
    ['secrets: [{source: tunnel-token, target: /etc/t}]', [{ secret: 'tunnel-token', target: '/etc/t' }]],
  ])('%s', (lines, expected) => {
    expect(web(lines, secrets, around).secrets).toEqual(expected);
  });

  test('tell where their values come from', () => {
    expect(load(fileWith('init: true', secrets), around).secrets).toEqual({
      token: { from: 'config', name: 'TOKEN' },
      'tunnel-token': { from: 'stack' },
    });
  });

  test.each([
    ['secrets: [gone]', secrets, 'services.web.secrets[0]: a secret of the top-level'],
    ['secrets: [{source: token, mode: 0400}]', secrets, 'services.web.secrets[0].mode: no `mode`'],
    ['secrets: [{target: x}]', secrets, 'services.web.secrets[0]: a `source`'],
    [
      'secrets: [token, {source: tunnel-token, target: token}]',
      secrets,
      'services.web: one volume, tmpfs, secret',
    ],
    ['init: true', 'secrets: {s: {environment: NO}}', 'secrets.s.environment: an entry of cortex:secrets'],
    ['init: true', 'secrets: {s: {file: ./s}}', 'secrets.s.file: no `file`'],
    ['init: true', 'secrets: {s: {external: true}}', 'secrets.s: a secret that the stack supplies'],
  ])('%s, %s is refused', (lines, rest, refusal) => {
    expect(refusals(lines, rest, around)).toEqual([expect.stringContaining(refusal)]);
  });
});

describe('configs', () => {
  test.each([
    ['configs: [inline]', [{ config: 'inline', target: '/inline', content: 'a$bfrom env' }]],
    // a file is taken as it is
    [
      'configs: [{source: file, target: /etc/app}]',
      [{ config: 'file', target: '/etc/app', content: 'from file $TOKEN' }],
    ],
    [
      'configs: [{source: env, target: etc/app}]',
      [{ config: 'env', target: '/etc/app', content: 'from env' }],
    ],
    ['configs: [tunnel-config]', [{ config: 'tunnel-config', target: '/tunnel-config', content: '' }]],
  ])('%s', (lines, expected) => {
    expect(web(lines, configs, around).configs).toEqual(expected);
  });

  test.each([
    ['configs: [gone]', configs, 'services.web.configs[0]: a config of the top-level'],
    [
      'init: true',
      'configs: {c: {external: true}}',
      'configs.c: a config that the stack supplies; it supplies tunnel-config',
    ],
    ['init: true', 'configs: {c: {}}', 'configs.c: content, file, environment or external'],
    [
      'init: true',
      'configs: {c: {file: gone}}',
      'configs.c.file: a text file of the project; it is not there',
    ],
    ['init: true', 'configs: {c: {file: ../x}}', 'configs.c.file: a text file of the project; it leads out'],
    ['init: true', 'configs: {c: {environment: TOKEN}}', 'configs.c.environment: no plain use of TOKEN'],
    ['init: true', 'configs: {c: {content: "${TOKEN}"}}', 'configs.c.content: no plain use of TOKEN'],
    ['init: true', 'configs: {c: {content: x, template_driver: golang}}', 'configs.c.template_driver: no'],
  ])('%s, %s is refused', (lines, rest, refusal) => {
    expect(refusals(lines, rest, around)).toEqual([expect.stringContaining(refusal)]);
  });
});
