import type { Variables } from './interpolate.ts';
import type { ProjectFiles } from './project.ts';
import type { SecretSource } from './secrets.ts';
import type { Volume } from './volumes.ts';

/** What the readers of one service know of the rest: the project, and the file's top-level sections. */
export interface Context {
  project: ProjectFiles;
  variables: Variables;
  /** names of all services, whatever their profile */
  services: readonly string[];
  networks: ReadonlySet<string>;
  volumes: ReadonlyMap<string, Volume>;
  secrets: ReadonlyMap<string, SecretSource>;
  /** content by name; '' for what the stack supplies later */
  configs: ReadonlyMap<string, string>;
}
