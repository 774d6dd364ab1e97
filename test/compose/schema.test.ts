import { describe, expect, test } from '@jest/globals';
import { schemaFaults } from '../../compose/schema.ts';
import { problems } from './file.ts';

const found = (text: string) =>
  problems(text).map(({ line, path, found, expected }) => `${line} ${path} ${found}: ${expected}`);

describe('schema', () => {
  test('accepts what is new in the specification', () => {
    const file = {
      name: 'x',
      services: {
        web: { image: 'a:1', ports: [{ target: 80, app_protocol: 'http' }], develop: { watch: [] } },
      },
      configs: { c: { content: 'x' } },
      secrets: { s: { environment: 'S' } },
    };
    expect(schemaFaults(file)).toEqual([]);
  });

  test('names the one thing that is wrong, not all the forms it could have had', () => {
    const text = `services:
  web:
    image: a:1
    environment: 5
    ports: {a: 1}
    env_file: [{path: 1}]
    healthcheck: {test: [1], retrys: 3}
    volumes: [{type: bnd}, {source: x}]
    comand: x
    cap_add: [KILL, KILL]
  other:
    image: a:1
    depends_on: {web: {condition: started}}
`;
    expect(found(text)).toEqual([
      '4 services.web.environment 5: a map, or a list',
      '5 services.web.ports {"a":1}: a list',
      '6 services.web.env_file[0].path 1: a string',
      '7 services.web.healthcheck.retrys 3: a key that the Compose Specification knows, which "retrys" is not',
      '7 services.web.healthcheck.test[0] 1: a string',
      '8 services.web.volumes[0].type "bnd": one of "bind", "volume", "tmpfs", "cluster", "npipe", "image"',
      '8 services.web.volumes[1] {"source":"x"}: the key "type"',
      '9 services.web.comand "x": a key that the Compose Specification knows, which "comand" is not',
      '10 services.web.cap_add ["KILL","KILL"]: no item twice',
      '13 services.other.depends_on.web.condition "started": one of "service_started", "service_healthy", "service_completed_successfully"',
    ]);
  });

  test('a service of the wrong shape spoils only itself', () => {
    const text = 'services:\n  a: {image: 5}\n  b: {image: "X:1"}\n  c: nothing\n  "d e": {image: "x:1"}\n';
    expect(found(text)).toEqual([
      '2 services.a.image 5: a string',
      expect.stringContaining('3 services.b.image "X:1": an image name'),
      '4 services.c "nothing": a map',
      expect.stringContaining('5 services["d e"]'),
    ]);
  });

  test.each([
    ['', ['1 (the file) null: a map']],
    ['[]', ['1 (the file) []: a map']],
    ['services: []', ['1 services []: a map']],
    ['services:', ['1 services null: a map']],
    ['services: {}', ['1 (the file) : at least one service']],
    ['services: {}\nnetworks: [a]', ['1 (the file) : at least one service', '2 networks ["a"]: a map']],
  ])('%j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});
