import { expect } from '@jest/globals';
import fc from 'fast-check';
import { type Crash, type Declared, Deployer, lengths, type Step } from './deployer.ts';
import { type Behaviour, Service } from './service.ts';
import type { TempHost } from './tempHost.ts';

/** The number of commands of a recovery, about. */
const recovery = 120;

const names = ['db', 'web', 'tunnel'] as const;
type Name = (typeof names)[number];

/** What the config is changed to, and how far its deployment gets. */
interface Change {
  event: 'deploy';
  /** gets a new version; `flag`: all do */
  what: Name | 'flag' | 'rollout of web' | 'nothing';
  behaviour: Behaviour;
  crash: Crash | null;
}

export type Event =
  | Change
  /** the deadlines of what is parked pass */
  | { event: 'timers'; kill: number | null }
  | { event: 'reboot'; kill: number | null }
  /** a container ends by itself */
  | { event: 'death'; service: Name };

const often = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 2 });
const commands = fc.integer({ min: 1, max: recovery });
const crash: fc.Arbitrary<Crash> = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom(...(Object.keys(lengths) as Step[])))
  .chain(([service, step]) =>
    fc.record({
      service: fc.constant(service),
      step: fc.constant(step),
      command: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: lengths[step] })),
    }),
  );
const behaviours: Behaviour[] = [
  'good',
  'good',
  'good',
  'bad-prepare',
  'bad-start',
  'bad-health',
  'bad-crash',
];
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      event: fc.constant('deploy' as const),
      what: fc.constantFrom<Change['what']>(...names, 'flag', 'flag', 'rollout of web', 'nothing'),
      behaviour: fc.constantFrom(...behaviours),
      crash: often(crash),
    }),
  },
  { weight: 1, arbitrary: fc.record({ event: fc.constant('timers' as const), kill: often(commands) }) },
  { weight: 1, arbitrary: fc.record({ event: fc.constant('reboot' as const), kill: often(commands) }) },
  {
    weight: 1,
    arbitrary: fc.record({ event: fc.constant('death' as const), service: fc.constantFrom(...names) }),
  },
);

/** A single writer, a service that rolls, and a connector: deployed in this order, each on a host in a folder. */
class World {
  readonly services: Service[];
  readonly #deployer: Deployer;
  readonly #declared: Record<Name, Declared>;
  /** ended by itself, and not deployed since */
  readonly #dead = new Set<string>();

  constructor(services: Service[]) {
    this.services = services;
    this.#deployer = new Deployer(services);
    this.#declared = {
      db: { version: 0, rollout: 'recreate', behaviour: 'good' },
      web: { version: 0, rollout: 'rolling', behaviour: 'good' },
      tunnel: { version: 0, rollout: 'rolling', behaviour: 'good' },
    };
  }

  happen(event: Event): void {
    switch (event.event) {
      case 'deploy':
        this.#change(event);
        this.#deploy(event.crash);
        break;
      case 'timers':
        this.#timers(event.kill);
        break;
      case 'reboot':
        this.#reboot(event.kill);
        break;
      case 'death':
        this.#die(event.service);
        break;
    }
  }

  #change({ what, behaviour }: Change): void {
    for (const name of names) {
      const declared = this.#declared[name];
      if (what !== name && what !== 'flag' && !(what === 'rollout of web' && name === 'web')) continue;
      declared.version += 1;
      declared.behaviour = behaviour;
      if (what === 'rollout of web')
        declared.rollout = declared.rollout === 'rolling' ? 'recreate' : 'rolling';
    }
  }

  #deploy(crash: Crash | null): boolean {
    const done = this.#deployer.deploy(structuredClone(this.#declared), crash);
    for (const service of this.services) {
      if (service.running().includes(service.record('slot'))) this.#dead.delete(service.name);
    }
    return done;
  }

  #timers(kill: number | null): void {
    for (const service of this.services) {
      if (!service.armed() || this.#deployer.dark) continue;
      service.expire();
      const { code } = service.recover(kill ?? undefined);
      if (code === -1) this.#deployer.dark = true;
      else this.#expectBack(code);
    }
  }

  #reboot(kill: number | null): void {
    const [service] = this.services;
    if (!service) return;
    // in the dark nobody answers, nor does one that was not let come back
    for (const each of this.services) each.unwatch();
    const { code } = service.boot(kill ?? undefined);
    this.#deployer.dark = code === -1;
    if (this.#deployer.dark) return;
    this.#expectBack(code);
    this.#dead.clear();
  }

  #die(name: Name): void {
    const service = this.services.find((each) => each.name === name);
    const serves = service?.record('slot') ?? '';
    if (!service?.running().includes(serves)) return;
    service.unwatch();
    service.die(serves);
    this.#dead.add(name);
  }

  /** Whatever was under way, the host is through with it. */
  #expectBack(code: number): void {
    expect(code).toBe(0);
  }

  expectInvariants(): void {
    const { dark } = this.#deployer;
    for (const service of this.services) {
      const { name, rollout } = service;
      expect({ name, violations: service.host.file('violations') }).toEqual({ name, violations: '' });
      const running = service.running();
      if (name === 'db') expect(running.length).toBeLessThanOrEqual(1);
      // nobody may be left to deploy: the host has to come back to it by itself
      if (service.record('parked') !== '' && !dark)
        expect({ name, armed: service.armed() }).toEqual({ name, armed: true });
      const slot = service.record('slot');
      if (
        rollout === 'rolling' &&
        slot !== '' &&
        service.record('parked') === '' &&
        !this.#dead.has(name) &&
        !dark
      ) {
        expect({ name, running }).toEqual({ name, running: expect.arrayContaining([slot]) });
        if (service.ports.length > 0) expect(service.served()).toBe(slot);
      }
    }
  }

  /** No fault any more: what is declared is deployed, and nothing else is there. */
  expectConverged(): void {
    for (const declared of Object.values(this.#declared)) {
      if (declared.behaviour === 'good') continue;
      declared.behaviour = 'good';
      declared.version += 1;
    }
    expect(this.#deploy(null)).toBe(true);
    this.#timers(null);
    this.expectInvariants();
    const instances = this.#deployer.instances();
    for (const service of this.services) {
      const name = instances[service.name];
      expect({
        instances: service.instances(),
        running: service.running(),
        slot: service.record('slot'),
        parked: service.record('parked'),
        served: service.served(),
        armed: service.armed(),
        records: service.host.list('base', service.stack, service.name),
      }).toEqual({
        instances: [name],
        running: [name],
        slot: name,
        parked: '',
        served: service.ports.length > 0 ? name : undefined,
        armed: false,
        records: [
          ...(service.ports.length > 0 ? ['digests'] : []),
          'instances',
          ...(service.ports.length > 0 ? ['listeners'] : []),
          'slot',
        ],
      });
    }
    const before = this.#deployer.instances();
    expect(this.#deploy(null)).toBe(true);
    expect(this.#deployer.instances()).toEqual(before);
  }
}

/**
 * Random sequences of changes of the config, failures and crashes, on a host that has been deployed to once.
 * Whatever they are: two instances of the single writer never run at once; what rolls has a healthy instance behind
 * the proxy, and a connector beside it, after every command that starts or stops anything; and when the faults
 * stop, the next deployment leaves what is declared and nothing else.
 *
 * @param most events in a sequence
 * @returns how many sequences were tried
 */
export function tryRollouts(host: TempHost, most: number, bounds: fc.Parameters<[Event[]]>): number {
  const services = [
    new Service(host, 'recreate', 'db'),
    new Service(host, 'rolling', 'web'),
    new Service(host, 'rolling', 'tunnel', 'test', []),
  ];
  for (const service of services) service.listen();
  host.save();
  let runs = 0;
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: most }), (sequence) => {
      runs += 1;
      host.restore();
      const world = new World(services);
      world.happen({ event: 'deploy', what: 'nothing', behaviour: 'good', crash: null });
      world.expectInvariants();
      for (const each of sequence) {
        world.happen(each);
        world.expectInvariants();
      }
      world.expectConverged();
    }),
    { ...bounds, includeErrorInReport: true },
  );
  return runs;
}
