import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Rollout } from '../../../spec/service.ts';
import { type Behaviour, Service } from './service.ts';
import { type Outcome, TempHost } from './tempHost.ts';

/** How many commands each step of a deployment has, about. */
const lengths = { delete: 70, reserve: 60, start: 180, switch: 90, clear: 70 };
const recovery = 120;

/** Where power is lost: in which step of a deployment, and before which of its commands. */
interface Kill {
  during: keyof typeof lengths;
  command: number;
}

type Event =
  | { event: 'deploy'; behaviour: Behaviour; kill: Kill | null }
  /** the engine comes back to what it had created and not switched to */
  | { event: 'resume' }
  /** the deadline passes */
  | { event: 'timer'; kill: number | null }
  | { event: 'reboot'; kill: number | null };

const milliseconds = Number(process.env.FAULTS_MS ?? 4000);

/** By number, however slow the machine is; by time for who asks for it. */
const few = 3;
const bounds = process.env.FAULTS_MS
  ? { interruptAfterTimeLimit: milliseconds, numRuns: 10_000, markInterruptAsFailure: false }
  : { numRuns: few };
const often = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3 });
const within = (length: number) => fc.integer({ min: 1, max: length });
const killed = fc.oneof(
  ...Object.entries(lengths).map(([during, length]) =>
    fc.record({ during: fc.constant(during as Kill['during']), command: within(length) }),
  ),
);
const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      event: fc.constant('deploy' as const),
      behaviour: fc.constantFrom<Behaviour>(
        'good',
        'good',
        'good',
        'bad-prepare',
        'bad-start',
        'bad-health',
        'bad-crash',
      ),
      kill: often(killed),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ event: 'resume' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ event: fc.constant('timer' as const), kill: often(within(recovery)) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ event: fc.constant('reboot' as const), kill: often(within(recovery)) }),
  },
);

/** Deploys as the engine does, which forgets what it was told is deleted, and clears away at the end. */
class Engine {
  readonly web: Service;
  readonly rollout: Rollout;
  #made = 0;
  #instance: string | undefined;
  #obsolete: string[] = [];
  /** a switch was done once */
  served = false;
  /** power was lost, and the machine is not back yet */
  dark = false;

  constructor(web: Service) {
    this.web = web;
    this.rollout = web.rollout;
  }

  #done({ code }: Outcome): boolean {
    if (code === -1) this.dark = true;
    return code === 0;
  }

  /** True when everything that was to be done was done. */
  deploy(behaviour: Behaviour, kill: Kill | null): boolean {
    const { web } = this;
    const killAt = (during: Kill['during']) => (kill?.during === during ? kill.command : undefined);
    this.#refresh();
    const before = this.#instance;
    if (before !== undefined && this.rollout === 'recreate') {
      if (!this.#done(web.delete(before, killAt('delete')))) return false;
      this.#instance = undefined;
    }
    this.#made += 1;
    const name = `web-${this.#made}`;
    if (!this.#done(web.reserve(name, killAt('reserve')))) return false;
    if (!this.#done(web.start(name, behaviour, killAt('start')))) return false;
    if (before !== undefined && this.rollout === 'rolling') this.#obsolete.push(before);
    this.#instance = name;
    return this.#finish(killAt('switch'), killAt('clear'));
  }

  resume(): void {
    this.#refresh();
    if (this.#instance !== undefined) this.#finish();
  }

  #finish(killSwitch?: number, killClear?: number): boolean {
    const { web } = this;
    if (!this.#done(web.switch(this.#instance ?? '', killSwitch))) return false;
    this.served = true;
    for (const name of [...this.#obsolete]) {
      if (!this.#done(web.delete(name, killClear))) return false;
      this.#obsolete = this.#obsolete.filter((each) => each !== name);
    }
    return true;
  }

  #refresh(): void {
    if (!this.web.instances().includes(this.#instance ?? '')) this.#instance = undefined;
  }

  timer(kill: number | null): void {
    if (this.web.timers().length === 0) return;
    this.web.expire();
    const { code } = this.web.recover(kill ?? undefined);
    if (code === -1) this.dark = true;
    else this.#expectBack(code);
  }

  reboot(kill: number | null): void {
    const { code } = this.web.boot(kill ?? undefined);
    this.dark = code === -1;
    if (!this.dark) this.#expectBack(code);
  }

  /** Whatever was under way, the host is through with it. */
  #expectBack(code: number): void {
    expect(code).toBe(0);
    expect(this.web.record('parked')).toBe('');
    if (this.served) expect(this.web.running()).toContain(this.web.served());
  }

  expectInvariants(): void {
    const { web } = this;
    expect(web.host.file('violations')).toBe('');
    if (this.rollout === 'recreate') expect(web.running().length).toBeLessThanOrEqual(1);
    if (this.rollout === 'rolling' && this.served) expect(web.running()).toContain(web.served());
    // nobody may be left to deploy: the host has to come back to it by itself
    if (web.record('parked') !== '' && !this.dark) expect(web.timers()).toHaveLength(1);
  }

  expectConverged(): void {
    const { web } = this;
    expect({ done: this.deploy('good', null), violations: web.host.file('violations') }).toEqual({
      done: true,
      violations: '',
    });
    const name = this.#instance ?? '';
    expect({
      instances: web.instances(),
      running: web.running(),
      slot: web.record('slot'),
      parked: web.record('parked'),
      served: web.served(),
      timers: web.timers(),
    }).toEqual({ instances: [name], running: [name], slot: name, parked: '', served: name, timers: [] });
  }
}

describe('whatever fails and whenever power is lost', () => {
  const hosts: TempHost[] = [];
  afterAll(() => {
    for (const host of hosts) host.remove();
  });

  const promises: [Rollout, string][] = [
    ['recreate', 'there are never two, and the next deployment leaves exactly one'],
    ['rolling', 'one always serves, and the next deployment leaves exactly one'],
  ];
  test.each(promises)(
    '%s: %s',
    (rollout) => {
      const host = new TempHost();
      hosts.push(host);
      const web = new Service(host, rollout);
      web.listen();
      host.save();
      let runs = 0;
      fc.assert(
        fc.property(fc.array(events, { minLength: 1, maxLength: 4 }), (sequence) => {
          runs += 1;
          host.restore();
          const engine = new Engine(web);
          engine.deploy('good', null);
          for (const each of sequence) {
            // Who lost power comes back, or is deployed to again at once: the machine was up, its script was killed.
            if (each.event === 'deploy') engine.deploy(each.behaviour, each.kill);
            else if (each.event === 'resume') engine.resume();
            else if (each.event === 'timer') engine.timer(each.kill);
            else engine.reboot(each.kill);
            engine.expectInvariants();
          }
          engine.expectConverged();
        }),
        bounds,
      );
      if (process.env.FAULTS_MS) process.stdout.write(`${rollout}: ${runs} sequences\n`);
      expect(runs).toBeGreaterThanOrEqual(few);
    },
    milliseconds + 120_000,
  );
});
