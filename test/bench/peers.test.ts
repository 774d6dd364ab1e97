import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { asSet } from './settings.ts';

const project = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(project, file), 'utf8');

interface Service {
  command?: string;
  user?: string;
  ports?: string[];
  stop_grace_period?: string;
  healthcheck?: { test: string | string[]; interval?: string; retries?: number };
}

interface Container {
  name: string;
  image: string;
  command?: string;
  user?: string;
  publish?: string[];
  stop_timeout?: number;
  healthcheck?: string;
  healthcheck_interval?: string;
  healthcheck_retries?: number;
}

const { services } = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, Service> };
const [play] = parse(read('bench/peers/podman.yaml')) as {
  tasks: { 'containers.podman.podman_container'?: Container }[];
}[];
const containers = (play?.tasks ?? []).flatMap((task) => task['containers.podman.podman_container'] ?? []);

describe("Ansible's containers", () => {
  test('are those of all services', () => {
    expect(containers.map(({ name }) => name).sort()).toEqual(Object.keys(services).sort());
  });

  test.each(containers)('$name runs what compose.yaml says', (container) => {
    const service = services[container.name];
    expect(container.image).toBe(`docker.io/{{ images['${container.name}'] }}`);
    expect(container.command).toBe(asSet(service?.command));
    expect(container.user).toBe(service?.user);
    expect(container.publish).toEqual(service?.ports);
    expect(container.stop_timeout).toBe(seconds(service?.stop_grace_period));
    expect(container.healthcheck).toBe(command(service?.healthcheck?.test));
    expect(container.healthcheck_interval).toBe(service?.healthcheck?.interval);
    expect(container.healthcheck_retries).toBe(service?.healthcheck?.retries);
  });
});

test.each(['ansible.txt', 'collections.txt', 'podman-compose.txt'])('%s pins every package', (file) => {
  const lines = read(`bench/peers/${file}`)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^[\w-]+==\d+(\.\d+)+$/);
  // and the page of dependencies names those that were chosen
  expect(read('docs/dependencies.md')).toContain(`\`${lines[0]?.split('==')[0]}\``);
});

const seconds = (text?: string) => (text === undefined ? undefined : Number(text.replace('s', '')));

/** As a shell would be told it. */
function command(test?: string | string[]): string | undefined {
  return typeof test === 'object' ? test.slice(1).join(' ') : test;
}
