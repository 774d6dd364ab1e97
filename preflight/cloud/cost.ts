import { type Billable, type Declaration, declaredBillables } from './billable.ts';
import { machineOf } from './machine.ts';
import { type Item, type Price, priceOf } from './prices.ts';
import { isGuarded } from './tunnel.ts';

/** Google's own number for a month of hours. */
const monthHours = 730;

/** What one part costs a month: as the last `up` left it, and as it is declared. */
export interface CostLine {
  what: string;
  applied?: Part;
  declared?: Part;
}

export interface Part {
  /** its size, to tell a change by */
  size: string;
  /** US dollars a month; undefined: the table of prices has none for it */
  usd?: number;
}

/** What is billed by use, and cannot be known beforehand. */
export interface UseLine {
  what: string;
  usd: number;
  each: string;
}

export interface Cost {
  lines: CostLine[];
  used: UseLine[];
  /** sums of what has a price */
  applied: number;
  declared: number;
  /** what has no price in the table: the sums are the least it can be */
  unpriced: string[];
  /** the day of the oldest price in it, YYYY-MM-DD; undefined: there is none in it */
  pricesOf: string | undefined;
}

const names: Record<Billable['kind'], string> = {
  vm: 'VM',
  bootDisk: 'boot disk',
  dataDisk: 'data disk',
  nat: 'Cloud NAT and its address',
  address: 'external address',
  alerts: 'alerts',
  secrets: 'Secret Manager',
};

/** @param applied what the last `up` left; empty before the first one */
export function cost(applied: readonly Billable[], declared: Declaration): Cost {
  const wanted = declaredBillables(declared);
  const kinds = Object.keys(names) as Billable['kind'][];
  const used = wanted.length === 0 ? [] : uses(declared);
  const all = [...applied, ...wanted].map((billable) => priced(billable));
  const lines = kinds.flatMap((kind) => {
    const before = total(applied.filter((billable) => billable.kind === kind));
    const after = total(wanted.filter((billable) => billable.kind === kind));
    if (!before && !after) return [];
    return [{ what: names[kind], ...(before && { applied: before }), ...(after && { declared: after }) }];
  });
  const sum = (which: 'applied' | 'declared') =>
    lines.reduce((dollars, line) => dollars + (line[which]?.usd ?? 0), 0);
  const dates = [...all.flatMap(({ by }) => by ?? []), ...used.map(({ price }) => price)].map(
    ({ date }) => date,
  );
  return {
    lines,
    used: used.map(({ what, each, price: { usd, least } }) => ({
      what,
      usd,
      each: least ? `${each}, or more` : each,
    })),
    applied: sum('applied'),
    declared: sum('declared'),
    unpriced: [...new Set(all.filter(({ by }) => !by).map(({ size }) => size))],
    pricesOf: dates.sort()[0],
  };
}

/** Several of a kind are one line. */
function total(billables: readonly Billable[]): Part | undefined {
  if (billables.length === 0) return undefined;
  const parts = billables.map((billable) => priced(billable));
  const size = parts.map((part) => part.size).join(' + ');
  const known = parts.every(({ by }) => by !== undefined);
  return { size, ...(known && { usd: parts.reduce((dollars, part) => dollars + part.usd, 0) }) };
}

export interface Priced {
  size: string;
  usd: number;
  /** the prices that it was made of; undefined: one is missing */
  by: Price[] | undefined;
}

/** What one part costs a month, by the table of prices. */
export function priced(billable: Billable): Priced {
  switch (billable.kind) {
    case 'vm': {
      const { machineType, region } = billable;
      const size = `${machineType}, ${region}`;
      const machine = machineOf(machineType);
      if (!machine) return { size, usd: 0, by: undefined };
      const where = { region, series: machine.series };
      return from(size, [
        [priceOf('vcpu', where), machine.billedCpus * monthHours],
        [priceOf('memory', where), machine.memoryGib * monthHours],
      ]);
    }
    case 'bootDisk':
    case 'dataDisk': {
      const { sizeGb, region } = billable;
      return from(`${sizeGb} GB, ${region}`, [[priceOf('balancedDisk', { region }), sizeGb]]);
    }
    case 'nat':
      return from('one VM', [
        [priceOf('natVm'), monthHours],
        [priceOf('address'), monthHours],
      ]);
    case 'address':
      return from('one', [[priceOf('address'), monthHours]]);
    case 'alerts':
      return from(`${billable.conditions} conditions`, [[priceOf('alert'), billable.conditions]]);
    case 'secrets':
      return from(`${billable.versions} versions`, [[priceOf('secret'), billable.versions]]);
  }
}

function from(size: string, amounts: readonly [Price | undefined, number][]): Priced {
  const by = amounts.flatMap(([price]) => price ?? []);
  const usd = amounts.reduce((dollars, [price, amount]) => dollars + (price?.usd ?? 0) * amount, 0);
  return { size, usd, by: by.length === amounts.length ? by : undefined };
}

function uses({ host, tunnel, alerts }: Declaration): { what: string; each: string; price: Price }[] {
  const nat = host.kind === 'gcp' && host.egress === 'nat';
  const guarded = tunnel !== undefined && isGuarded(tunnel);
  const lines: [boolean, string, Item, string][] = [
    [true, 'traffic to the internet', 'internetTraffic', 'GiB'],
    [nat, 'traffic through Cloud NAT, both ways', 'natTraffic', 'GiB'],
    [true, 'snapshots of the data disk', 'snapshot', 'GiB a month'],
    [true, 'images in Artifact Registry', 'images', 'GiB a month beyond 0.5'],
    [alerts !== undefined, 'logs', 'logs', 'GiB beyond 50'],
    [alerts !== undefined, 'measurements of the Ops Agent', 'metrics', 'MiB beyond 150'],
    [guarded, 'people who come in through Access', 'accessUser', 'a month, beyond 50 people'],
  ];
  return lines.flatMap(([on, what, item, each]) => {
    const price = priceOf(item);
    return on && price ? [{ what, each, price }] : [];
  });
}
