import type { Rollout } from '../../../spec/service.ts';
import type { Behaviour, Service } from './service.ts';
import type { Outcome } from './tempHost.ts';

/** How many commands each step of a deployment has, about. */
export const lengths = { delete: 70, reserve: 60, start: 180, switch: 90, clear: 70 };
export type Step = keyof typeof lengths;

/** Where a deployment of a service ends, if it is not let finish. */
export interface Crash {
  service: string;
  step: Step;
  /** power is lost before this command of the step; 0: the step is done, and pulumi dies before it has noted it */
  command: number;
}

/** What is declared of a service. */
export interface Declared {
  version: number;
  rollout: Rollout;
  /** how an instance of this version behaves */
  behaviour: Behaviour;
}

/** What the state has of a service. */
interface Stored {
  instance?: string;
  declared?: Declared;
  /** replaced and still to be deleted */
  obsolete: string[];
}

/** What a deployment reads before it begins: the instance that serves, and those that nobody names. */
interface Read {
  serves: string | undefined;
  strays: string[];
}

function read(service: Service): Read {
  const slot = service.record('slot');
  const serves = service.ports.length === 0 || service.served() === slot ? slot : undefined;
  return { serves, strays: service.strays() };
}

/**
 * Deploys services as Pulumi's engine does, one after the other: replaces by the order of their rollout, forgets
 * what it was told is deleted, goes no further after a failure, and clears away at the end.
 */
export class Deployer {
  readonly services: Service[];
  readonly #stored: Map<string, Stored>;
  #made = 0;
  /** power was lost, and the machine is not back yet */
  dark = false;
  #crash: Crash | null = null;

  constructor(services: Service[]) {
    this.services = services;
    this.#stored = new Map(services.map(({ name }) => [name, { obsolete: [] }]));
  }

  /** @returns whether everything that was to be done was done */
  deploy(declared: Record<string, Declared>, crash: Crash | null): boolean {
    this.#crash = crash;
    const all = this.services.map((service) => ({ service, stored: this.#of(service), read: read(service) }));
    for (const { service, stored } of all) {
      if (!service.instances().includes(stored.instance ?? '')) stored.instance = undefined;
    }
    for (const { service, stored, read } of all) {
      const wanted = declared[service.name];
      if (!wanted || !this.#deploy(service, stored, wanted, read)) return false;
    }
    for (const { service, stored } of all) {
      for (const name of [...stored.obsolete]) {
        if (!this.#step('clear', service, (kill) => service.delete(name, kill))) return false;
        stored.obsolete = stored.obsolete.filter((each) => each !== name);
      }
    }
    return true;
  }

  #deploy(service: Service, stored: Stored, wanted: Declared, found: Read): boolean {
    const before = stored.instance;
    const same = stored.declared?.version === wanted.version && stored.declared.rollout === wanted.rollout;
    if (before === undefined || !same || !service.running().includes(before)) {
      const stopFirst = wanted.rollout === 'recreate' || stored.declared?.rollout === 'recreate';
      if (stopFirst) service.unwatch();
      if (before !== undefined && stopFirst) {
        if (!this.#step('delete', service, (kill) => service.delete(before, kill))) return false;
        stored.instance = undefined;
      }
      service.rollout = wanted.rollout;
      this.#made += 1;
      const name = `${service.name}-${this.#made}`;
      if (!this.#step('reserve', service, (kill) => service.reserve(name, kill))) return false;
      if (!this.#step('start', service, (kill) => service.start(name, wanted.behaviour, kill))) return false;
      if (before !== undefined && !stopFirst) stored.obsolete.push(before);
      stored.instance = name;
      stored.declared = wanted;
    }
    const name = stored.instance ?? '';
    const { serves, strays } = found;
    if (serves === name && strays.length === 0) return true;
    if (!this.#step('switch', service, (kill) => service.switch(name, kill, strays))) return false;
    if (wanted.rollout === 'rolling') service.watch();
    return true;
  }

  #of({ name }: Service): Stored {
    const stored = this.#stored.get(name);
    if (!stored) throw new Error(`no service ${name}`);
    return stored;
  }

  #step(step: Step, service: Service, work: (killAt?: number) => Outcome): boolean {
    const crash = this.#crash?.step === step && this.#crash.service === service.name ? this.#crash : null;
    const { code } = work(crash?.command || undefined);
    if (code === -1) this.dark = true;
    return code === 0 && crash?.command !== 0;
  }

  /** The instance that the state has of each service. */
  instances(): Record<string, string | undefined> {
    return Object.fromEntries(this.services.map((service) => [service.name, this.#of(service).instance]));
  }
}
