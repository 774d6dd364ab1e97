/** Compose's ways to write durations, sizes and amounts. Each parser answers undefined to what it cannot read. */

const milliseconds: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001 };

/** `1h5m30s20ms`, `1.5s`: whole milliseconds. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(h|ms|m|s|us))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us)/g)) {
    total += Number(amount) * (milliseconds[unit ?? ''] ?? 0);
  }
  // 1.1s is 1100.0000000000002 in binary: a whole number as far as anybody means it
  const whole = Math.round(total);
  return Math.abs(total - whole) < 1e-6 && Number.isSafeInteger(whole) ? whole : undefined;
}

const powers = ['', 'k', 'm', 'g', 't', 'p'];

/** `512M`, `10m`, `1gb`, `1.5 GiB`, `4096`: bytes, in powers of 1024 as Docker counts memory. */
export function parseBytes(text: string): number | undefined {
  return parseSize(text, 1024);
}

/** The same in powers of 1000, as Docker counts the size of a log file. */
export function parseDecimalBytes(text: string): number | undefined {
  return parseSize(text, 1000);
}

function parseSize(text: string, base: number): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgtp])(?:i?b)?|b)?$/.exec(text.toLowerCase());
  if (!match) return undefined;
  const bytes = Math.trunc(Number(match[1]) * base ** powers.indexOf(match[2] ?? ''));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `8000`, `3000-3005`: first and last of a range of ports, which are the same for a single one. */
export function parsePorts(text: string): { first: number; last: number } | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && first <= last && last <= 65_535 ? { first, last } : undefined;
}
