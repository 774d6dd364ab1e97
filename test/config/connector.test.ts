import { expect, test } from '@jest/globals';
import { declaredName, isConnector, withReplicas } from '../../config/connector.ts';
import { load } from '../compose/file.ts';

const { services } = load(
  `services:
  tunnel: {image: "cloudflare/cloudflared:1", configs: [tunnel-config]}
  web: {image: "team/web:1", configs: [other]}
configs: {tunnel-config: {external: true}, other: {content: x}}
`,
  { supplied: { secrets: [], configs: ['tunnel-config'] } },
);

test('a connector is what mounts the rules', () => {
  expect(services.filter(isConnector).map(({ name }) => name)).toEqual(['tunnel']);
});

test('one connector is the declared service itself', () => {
  expect(withReplicas(services, 1)).toEqual(services);
});

test('two are one after the other, and know whose copy they are', () => {
  const all = withReplicas(services, 2);
  expect(all.map(({ name, dependsOn }) => [name, dependsOn.map(({ service }) => service)])).toEqual([
    ['tunnel', []],
    ['tunnel-2', ['tunnel']],
    ['web', []],
  ]);
  expect(all.map((spec) => declaredName(spec, services))).toEqual(['tunnel', 'tunnel', 'web']);
});
