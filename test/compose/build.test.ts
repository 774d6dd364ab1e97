import { describe, expect, test } from '@jest/globals';
import { load, problems } from './file.ts';

const files = {
  Dockerfile: 'FROM scratch\n',
  'web/Dockerfile': 'FROM scratch\n',
  'web/prod.Dockerfile': 'FROM x\n',
};

const service = (lines: string) => `services:\n  web:\n    ${lines.replaceAll('\n', '\n    ')}\n`;
const loaded = (lines: string, env = {}) => load(service(lines), { files, env });

describe('a service that is built', () => {
  test('by a folder alone has the defaults of Compose, and its own name', () => {
    const { builds, services } = loaded('build: ./web');
    expect(builds).toEqual({
      web: { context: 'web', dockerfile: 'web/Dockerfile', target: null, args: {} },
    });
    expect(services[0]?.image).toBe('web:latest');
  });

  test('in full: paths are relative to the project, arguments sorted', () => {
    const lines = `image: team/web:1.2
build:
  context: ./web
  dockerfile: prod.Dockerfile
  target: runtime
  args: [VERSION, EMPTY=, COMMIT=abc]`;
    const { builds, services } = loaded(lines, { VERSION: '7' });
    expect(builds.web).toEqual({
      context: 'web',
      dockerfile: 'web/prod.Dockerfile',
      target: 'runtime',
      args: { COMMIT: 'abc', EMPTY: '', VERSION: '7' },
    });
    expect(services[0]?.image).toBe('team/web:1.2');
  });

  test('may have a floating tag: its digest is what is run', () => {
    expect(loaded('image: web\nbuild: .').services[0]?.image).toBe('web');
  });

  test('that is off is not built', () => {
    expect(loaded('build: .\nprofiles: [later]').builds).toEqual({});
  });

  test.each([
    ['build: ./gone', 'services.web.build', 'it is not there'],
    ['build: ../web', 'services.web.build', 'it leads out of it'],
    ['build: https://git.example.com/web.git', 'services.web.build', 'it is not there'],
    ['build: {context: web, dockerfile: x}', 'services.web.build.dockerfile', 'it is not there'],
    ['build: {context: web, ssh: [default]}', 'services.web.build.ssh', 'no `ssh`'],
    ['build: {context: web, secrets: [x]}', 'services.web.build.secrets', 'no `secrets`'],
  ])('%s is refused', (lines, path, expected) => {
    expect(problems(service(lines), { files })).toEqual([
      expect.objectContaining({ path, expected: expect.stringContaining(expected) }),
    ]);
  });

  test('is the only one of its name', () => {
    const two = 'services:\n  a: {image: "x:1", build: .}\n  b: {image: "x:1", build: web}\n';
    expect(problems(two, { files })).toEqual([
      expect.objectContaining({
        path: 'services.b.build',
        expected: expect.stringContaining('that a does not'),
      }),
    ]);
    expect(load(two.replace(', build: web', ''), { files }).services).toHaveLength(2);
  });

  test('takes no secret as an argument: the image would keep it', () => {
    const found = problems(service('build: {context: ., args: [TOKEN]}'), { files, secretNames: ['TOKEN'] });
    expect(found.map(({ path }) => path)).toEqual(['services.web.build.args[0]']);
  });
});
