import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { healthCommandText } from '../../runtimes/healthCommand.ts';
import { asSet } from './settings.ts';

const project = join(import.meta.dirname, '../..');
const folder = join(project, 'bench/bare/podman');

interface Service {
  image: string;
  command?: string;
  healthcheck?: { test: string | string[]; interval: string };
}

const { services } = parse(readFileSync(join(project, 'compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
};

/** Of a unit the first value of a key. */
function value(service: string, key: string): string | undefined {
  const unit = readFileSync(join(folder, `${service}.container`), 'utf8');
  return new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];
}

describe('the Quadlet units of an operator without Pulumi', () => {
  test('are those of all services', () => {
    const units = readdirSync(folder).filter((file) => file.endsWith('.container'));
    expect(units.sort()).toEqual(
      Object.keys(services)
        .map((service) => `${service}.container`)
        .sort(),
    );
  });

  test.each(Object.entries(services))('%s runs what compose.yaml says', (name, service) => {
    expect(value(name, 'Image')).toBe(`docker.io/${service.image}`);
    expect(value(name, 'Exec')).toBe(asSet(service.command));
    const { test: command, interval } = service.healthcheck ?? {};
    expect(value(name, 'HealthInterval')).toBe(interval);
    expect(value(name, 'HealthCmd')).toBe(healthText(command));
    // a start is over when the service is healthy, as `up --wait` has it
    expect(value(name, 'Notify')).toBe(command && 'healthy');
  });
});

function healthText(command: string | string[] | undefined): string | null | undefined {
  if (typeof command !== 'object') return command;
  const [kind, ...words] = command;
  return kind === 'CMD' ? healthCommandText(words) : words[0];
}
