import type { Runtime } from '../bench.ts';

/** A tool that takes services to other images in place, driven as its documentation says. */
export interface Peer {
  tool: string;
  /** the runtime whose figures of ours it is shown beside */
  runtime: Runtime;
  /** puts its files in place; nothing of it is timed */
  prepare(): Promise<void>;
  /** @param compose text of the project's compose.yaml with the images that shall run */
  up(compose: string): Promise<void>;
  /** does what it does where all is as declared */
  check(compose: string): Promise<void>;
  remove(): Promise<void>;
}
