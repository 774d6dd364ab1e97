import { parse } from 'yaml';
import type { Project } from '../rehearsal/project.ts';

/** From which to which tag, of the services that have it. */
const tags = [
  ['1.4.2', '1.4.3'],
  ['1.3.0', '1.3.1'],
] as const;

export type Images = 'old' | 'new';

/** All but the connector. */
export const bumped = ['cortex-admin', 'cortex-dashboard', 'cortex-engine', 'cortex-editor'];

/** The text of a compose.yaml with the images that four of its services have, or those that follow. */
export function withImages(compose: string, which: Images): string {
  return compose.replace(/^( +image: 97layer\/\S+:)(\S+)$/gm, (line, name: string, found: string) => {
    const pair = tags.find((one) => one.some((tag) => tag === found));
    if (!pair)
      throw new Error(`compose.yaml: found "${line.trim()}", expected a tag of ${tags.flat().join(', ')}`);
    return `${name}${pair[which === 'old' ? 0 : 1]}`;
  });
}

export function setImages(project: Project, which: Images): void {
  project.write('compose.yaml', withImages(project.read('compose.yaml'), which));
}

/** What a compose.yaml says of each service. */
export function imagesOf(compose: string): Record<string, string> {
  const { services } = parse(compose, { merge: true }) as { services: Record<string, { image: string }> };
  return Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image]));
}
