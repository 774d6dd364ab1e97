/** What a stack's file may say, as far as it changes what the clouds are asked for. */
const options = {
  egress: ['nat', 'externalIp'],
  login: ['declared', 'generated', 'osLogin'],
  secretsFrom: ['config', 'secretManager'],
  admin: ['public', 'people', 'token'],
  replicas: [1, 2],
  ssh: [false, true],
  pin: [true, false],
  alerts: [true, false],
} as const;

export type Options = { [K in keyof typeof options]: (typeof options)[K][number] };

/** Each value of an option beside each of another, as `egress=nat login=key`. */
export function pairs(chosen: Partial<Options>): string[] {
  const values = Object.entries(chosen).map(([name, value]) => `${name}=${value}`);
  return values.flatMap((one, index) => values.slice(index + 1).map((other) => `${one} ${other}`));
}

/** Every combination. */
export const product = (Object.entries(options) as [keyof Options, readonly unknown[]][]).reduce<
  Partial<Options>[]
>(
  (found, [name, values]) => found.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
  [{}],
) as Options[];

/** A few of all combinations that have every pair: each adds the most that the ones before lack. */
export function covering(): Options[] {
  const wanted = new Set(product.flatMap(pairs));
  const taken: Options[] = [];
  while (wanted.size > 0) {
    const news = (one: Options) => pairs(one).filter((pair) => wanted.has(pair)).length;
    const best = product.reduce((so, one) => (news(one) > news(so) ? one : so));
    taken.push(best);
    for (const pair of pairs(best)) wanted.delete(pair);
  }
  return taken;
}
