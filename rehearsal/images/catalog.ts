import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** An image of the rehearsal. All share one layer; what differs is said here. */
export interface Image {
  reference: string;
  environment: Record<string, string>;
  /** TCP port it says it listens on */
  port: number | undefined;
  /** the user it says it runs as; empty is root */
  user: string;
  entrypoint: string[];
  command: string[];
}

const roles = [
  { role: 'admin', port: 5001, version: '1.4' },
  { role: 'dashboard', port: 5002, version: '1.4' },
  { role: 'engine', port: 8000, version: '1.4' },
  { role: 'editor', port: 5003, version: '1.3' },
];

/** Patch versions of every service, from the one in production on, and what is wrong with them. */
const versions: Record<string, { patch: number; suffix: string; fault?: string }[]> = {
  '1.4': [
    { patch: 2, suffix: '' },
    { patch: 3, suffix: '' },
    { patch: 4, suffix: '-broken', fault: 'unhealthy' },
    { patch: 5, suffix: '-crash', fault: 'crash' },
    { patch: 6, suffix: '-slow-start', fault: 'slow-start' },
    { patch: 7, suffix: '-die-later', fault: 'die-later' },
  ],
  '1.3': [
    { patch: 0, suffix: '' },
    { patch: 1, suffix: '' },
    { patch: 2, suffix: '-broken', fault: 'unhealthy' },
  ],
};

function services(): Image[] {
  return roles.flatMap(({ role, port, version }) =>
    (versions[version] ?? []).map(({ patch, suffix, fault }) => {
      const tag = `${version}.${patch}${suffix}`;
      return {
        reference: `97layer/cortex-${role}:${tag}`,
        environment: { CORTEX_VERSION: tag, ...(fault ? { FAULT: fault } : {}) },
        port,
        user: '',
        entrypoint: [],
        command: ['python', '-m', `cortex.${role}`],
      };
    }),
  );
}

/** The connector, under the name and tag that the project pins for it: the simulated edge answers it alone. */
function connectors(reference: string): Image[] {
  const image = (tag: string): Image => ({
    reference: `${reference.slice(0, reference.lastIndexOf(':'))}:${tag}`,
    environment: { CLOUDFLARED_VERSION: tag },
    port: undefined,
    user: '65532:65532',
    entrypoint: ['cloudflared', '--no-autoupdate'],
    command: ['version'],
  });
  const tag = reference.slice(reference.lastIndexOf(':') + 1);
  return [image(tag), image(`${tag}-next`)];
}

/** What compose.yaml pins for a service. */
export function pinnedImage(compose: string, service: string): string {
  const document: unknown = parse(compose, { merge: true });
  const image = (document as { services?: Record<string, { image?: unknown }> })?.services?.[service]?.image;
  if (typeof image === 'string' && /^[^\s$@]+:[^\s$@:/]+$/.test(image)) return image;
  throw new Error(
    `compose.yaml: services.${service}.image is ${JSON.stringify(image)}, expected NAME:TAG: ` +
      'the rehearsal makes its own image of that name',
  );
}

/** All images of the rehearsal. */
export function catalog(project = join(import.meta.dirname, '../..')): Image[] {
  const compose = readFileSync(join(project, 'compose.yaml'), 'utf8');
  return [...services(), ...connectors(pinnedImage(compose, 'cortex-tunnel'))];
}

/** The image as a Containerfile on top of `base`. */
export function containerfile(image: Image, base: string): string {
  const lines = [`FROM ${base}`];
  for (const [name, value] of Object.entries(image.environment)) lines.push(`ENV ${name}=${value}`);
  if (image.port !== undefined) lines.push(`EXPOSE ${image.port}/tcp`);
  if (image.user !== '') lines.push(`USER ${image.user}`);
  if (image.entrypoint.length > 0) lines.push(`ENTRYPOINT ${JSON.stringify(image.entrypoint)}`);
  lines.push(`CMD ${JSON.stringify(image.command)}`);
  return `${lines.join('\n')}\n`;
}
