/**
 * List prices in US dollars, before discounts, free tiers of a billing account, and taxes. They were written
 * down from the pages that are named, as they were known on the day that is named; nobody looks them up when
 * they are shown. Whoever renews one changes its date.
 */
export interface Price {
  item: Item;
  /** of machines: which series */
  series?: string;
  /** undefined: the same everywhere, or the least of all regions where `least` says so */
  region?: string;
  least?: true;
  usd: number;
  source: string;
  /** the day it was known, YYYY-MM-DD */
  date: string;
}

export type Item =
  /** an hour of one virtual CPU, and of one GiB of memory */
  | 'vcpu'
  | 'memory'
  /** a month of one GiB of a balanced persistent disk */
  | 'balancedDisk'
  /** an hour of one VM behind Cloud NAT */
  | 'natVm'
  /** an hour of one external IPv4 address in use */
  | 'address'
  /** a GiB through Cloud NAT, in either direction */
  | 'natTraffic'
  /** a GiB from a VM to the internet */
  | 'internetTraffic'
  /** a month of one GiB */
  | 'snapshot'
  | 'images'
  /** a GiB of logs taken in, beyond 50 GiB */
  | 'logs'
  /** a MiB of the Ops Agent's measurements, beyond 150 MiB */
  | 'metrics'
  /** a month of one condition of an alert */
  | 'alert'
  /** a month of one version of a secret */
  | 'secret'
  /** a month of one person who comes in through Access, beyond 50 people */
  | 'accessUser';

const date = '2025-12-01';
const pages = {
  machines: 'https://cloud.google.com/compute/vm-instance-pricing',
  disks: 'https://cloud.google.com/compute/disks-image-pricing',
  network: 'https://cloud.google.com/vpc/network-pricing',
  nat: 'https://cloud.google.com/nat/pricing',
  images: 'https://cloud.google.com/artifact-registry/pricing',
  observability: 'https://cloud.google.com/stackdriver/pricing',
  secrets: 'https://cloud.google.com/secret-manager/pricing',
  cloudflare: 'https://www.cloudflare.com/plans/zero-trust-services/',
};

/** Series -> [an hour of a CPU, an hour of a GiB]. */
function machines(region: string, series: Record<string, readonly [number, number]>): Price[] {
  return Object.entries(series).flatMap(([name, [vcpu, memory]]) => [
    { item: 'vcpu', series: name, region, usd: vcpu, source: pages.machines, date },
    { item: 'memory', series: name, region, usd: memory, source: pages.machines, date },
  ]);
}

function disks(usd: number, ...regions: string[]): Price[] {
  return regions.map((region) => ({ item: 'balancedDisk', region, usd, source: pages.disks, date }));
}

const american: Record<string, readonly [number, number]> = {
  e2: [0.021811, 0.002923],
  n1: [0.031611, 0.004237],
  n2: [0.031611, 0.004237],
  n2d: [0.027502, 0.003686],
  t2d: [0.027502, 0.003686],
  c2: [0.03398, 0.00455],
  c2d: [0.029563, 0.003959],
  c3: [0.03465, 0.003938],
  c3d: [0.029563, 0.003959],
};

export const prices: readonly Price[] = [
  ...['us-central1', 'us-east1', 'us-west1'].flatMap((region) => machines(region, american)),
  ...machines('europe-west1', { e2: [0.023992, 0.003215], n2: [0.034772, 0.004661] }),
  ...machines('asia-northeast1', { e2: [0.027979, 0.00375] }),
  ...machines('asia-northeast3', { e2: [0.027979, 0.00375] }),
  ...disks(0.1, 'us-central1', 'us-east1', 'us-west1', 'europe-west1'),
  ...disks(0.13, 'asia-northeast1', 'asia-northeast3'),
  { item: 'natVm', usd: 0.0014, source: pages.nat, date },
  { item: 'natTraffic', usd: 0.045, source: pages.nat, date },
  { item: 'address', usd: 0.005, source: pages.network, date },
  { item: 'internetTraffic', usd: 0.12, least: true, source: pages.network, date },
  { item: 'snapshot', usd: 0.05, least: true, source: pages.disks, date },
  { item: 'images', usd: 0.1, source: pages.images, date },
  { item: 'logs', usd: 0.5, source: pages.observability, date },
  { item: 'metrics', usd: 0.258, source: pages.observability, date },
  { item: 'alert', usd: 0.1, source: pages.observability, date },
  { item: 'secret', usd: 0.06, source: pages.secrets, date },
  { item: 'accessUser', usd: 7, source: pages.cloudflare, date },
];

/** undefined: the table has none for that region or series. */
export function priceOf(item: Item, where: { region?: string; series?: string } = {}): Price | undefined {
  return prices.find(
    (price) =>
      price.item === item &&
      (price.region === undefined || price.region === where.region) &&
      price.series === where.series,
  );
}

/** What is not as every entry must be, one line each. */
export function faults(table: readonly Price[], today: string): string[] {
  const seen = new Set<string>();
  return table.flatMap(({ item, series, region, usd, source, date: day }) => {
    const name = [item, series, region].filter(Boolean).join(' ');
    const twice = seen.has(name);
    seen.add(name);
    return [
      ...(twice ? [`${name}: it is there twice`] : []),
      ...(usd > 0 ? [] : [`${name}: no price`]),
      ...(/^https:\/\/[^/\s]+\/\S+$/.test(source) ? [] : [`${name}: no source`]),
      ...(isDay(day) && day <= today ? [] : [`${name}: no date`]),
    ];
  });
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}
