/** How what runs is doing, as `read_status` prints it. */
export interface Figures {
  /** the host's clock, in milliseconds since 1970 */
  nowMs: number;
  /** container id -> bytes that its processes hold */
  memory: Record<string, number>;
  /** unit -> what systemd says of it */
  units: Record<string, { restarts: number; active: string; sub: string }>;
}

/** @throws when a part is missing */
export function parseFigures(text: string): Figures {
  const rows = (name: string) => {
    const start = text.indexOf(`\n=== ${name}\n`);
    if (start < 0) throw new Error(`the host's answer has no section "${name}": it was cut short`);
    const body = text.slice(start + name.length + 6).split('\n=== ', 1)[0] ?? '';
    return body
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' '));
  };
  return {
    nowMs: Number(rows('now')[0]?.[0]) * 1000,
    memory: Object.fromEntries(rows('memory').map(([id = '', bytes]) => [id, Number(bytes)])),
    units: Object.fromEntries(
      rows('units').map(([unit = '', restarts, active = '', sub = '']) => [
        unit,
        { restarts: Number(restarts), active, sub },
      ]),
    ),
  };
}
