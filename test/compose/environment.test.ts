import { describe, expect, test } from '@jest/globals';
import { fileWith, load, problems, refusals, web } from './file.ts';

const around = {
  env: { SET: 'yes' },
  secretNames: ['TOKEN'],
  files: {
    'one.env': 'A=1\nB=1\n',
    'two.env': 'B=2\nC=$SET',
    'leak.env': 'TOKEN=x',
    'bad.env': 'A=1\nwhat is this',
  },
};

describe('environment and env_file', () => {
  test.each([
    [
      'environment: {B: x, A: 1, C: true, D: "", E: "${SET}"}',
      { A: '1', B: 'x', C: 'true', D: '', E: 'yes' },
    ],
    ['environment: [B=x, A=1, "C=a=b", D=]', { A: '1', B: 'x', C: 'a=b', D: '' }],
    // a name alone is passed on, in both forms
    ['environment: {SET: }', { SET: 'yes' }],
    ['environment: [SET]', { SET: 'yes' }],
    ['environment: [A=1, A=2]', { A: '2' }],
    ['env_file: one.env', { A: '1', B: '1' }],
    ['env_file: [./one.env, two.env]', { A: '1', B: '2', C: 'yes' }],
    ['env_file: [{path: two.env}, {path: gone.env, required: false}, one.env]', { A: '1', B: '1', C: 'yes' }],
    ['env_file: one.env\nenvironment: {B: mine}', { A: '1', B: 'mine' }],
    [
      'environment: {__proto__: x, constructor: y}',
      Object.fromEntries([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
    ],
  ])('%s', (lines, environment) => {
    expect(web(lines, '', around).environment).toEqual(environment);
  });

  test('is sorted by name', () => {
    expect(Object.keys(web('environment: {B: 1, C: 1, A: 1}').environment)).toEqual(['A', 'B', 'C']);
  });

  test.each([
    ['environment: {A: 1.10}', 'services.web.environment.A: a string: as a number it would become 1.1'],
    ['environment: {A: 12345678901234567890}', 'services.web.environment.A: a string'],
    ['environment: {A: 0644}', 'services.web.environment.A: a string: as a number it would become 420'],
    ['environment: {A b: x}', 'services.web.environment["A b"]: a variable name'],
    ['environment: ["=x"]', 'services.web.environment[0]: a variable name'],
    ['environment: {NO: }', 'services.web.environment.NO: a value for NO'],
    ['environment: [NO]', 'services.web.environment[0]: a value for NO'],
    ['environment: {X: "a${TOKEN}"}', 'services.web.environment.X: no plain use of TOKEN'],
    ['environment: {X: "a\\0b"}', 'services.web.environment.X: no zero byte'],
    ['env_file: gone.env', 'services.web.env_file: an env file in the project; it is not there'],
    ['env_file: [../x]', 'services.web.env_file[0]: an env file in the project; it leads out of the project'],
    ['env_file: [{path: one.env, format: raw}]', 'services.web.env_file[0].format: no `format`'],
    ['env_file: leak.env', 'services.web.env_file: no plain use of TOKEN'],
  ])('%s is refused', (lines, refusal) => {
    expect(refusals(lines, '', around)).toEqual([expect.stringContaining(refusal)]);
  });

  test.each([
    'environment: [TOKEN]',
    'environment: {TOKEN: }',
    'environment: {TOKEN: "${TOKEN}"}',
    'environment: ["TOKEN=$TOKEN"]',
    'environment: {TOKEN: "${TOKEN:?is needed}"}',
    'env_file: .env',
  ])('%s gives the secret as a variable, by its name, and says what is better', (lines) => {
    const files = { ...around.files, '.env': 'TOKEN=hunter2\n' };
    const { services, secrets, warnings } = load(fileWith(lines), { ...around, files });
    expect(services[0]).toMatchObject({ environment: {}, secretEnvironment: { TOKEN: 'env-TOKEN' } });
    expect(secrets).toEqual({ 'env-TOKEN': { from: 'config', name: 'TOKEN' } });
    expect(warnings).toMatchObject([
      { severity: 'warning', fix: expect.stringMatching(/secrets|name each/) },
    ]);
    expect(JSON.stringify({ services, secrets, warnings })).not.toContain('hunter2');
  });

  test('a fault in an env file is told with its own line', () => {
    expect(problems(fileWith('env_file: bad.env'), around)).toMatchObject([
      { file: 'bad.env', line: 2, found: '"what is this"' },
    ]);
  });
});
