/**
 * What a running container must say of itself, beyond that it is healthy: asked once, by HTTP on its own
 * loopback, before it takes over.
 */
export interface Probe {
  port: number;
  path: string;
  /** a jq filter: the part of the answer that counts */
  select: string;
  /** what that part is, as JSON with sorted keys */
  expected: string;
}
