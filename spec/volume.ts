/**
 * A volume of Docker or of the account's Podman that exists already: Compose's `external: true`. Its data is
 * carried into the stack's own volume once, and is that volume's from then on.
 */
export interface ExternalVolume {
  /** in the stack */
  volume: string;
  /** in its engine; Compose's `name`, default: the stack's name for it */
  name: string;
  /** what becomes of the engine's volume: kept as the way back, or removed by the next update */
  source: 'keep' | 'remove';
}
