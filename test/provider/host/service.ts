import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rollout } from '../../../spec/service.ts';
import type { Outcome, TempHost } from './tempHost.ts';

/** How an instance behaves. */
export type Behaviour = 'good' | 'bad-prepare' | 'bad-start' | 'bad-health' | 'bad-crash';

/** What each verb does: the engine's state is a file an instance, and so is what comes back at boot. */
const verb = `verb=\${0##*/} dir=\${0%/*}
name=\${dir##*/}
service=\${name%-*}
# Each service that has to answer all the time does, through the proxy if it has a port: a file each in
# "watched", with its folder and its backend.
watch() {
  for each in "$root"/watched/*; do
    [ -e "$each" ] || continue
    read -r folder backend <"$each"
    answers=
    for one in "$folder"/instances/*/; do
      one=\${one%/}
      if [ -n "$backend" ] && ! grep -q " $(cat "$root/running/$backend")$" "$one/ports"; then continue; fi
      if is_running "\${one##*/}" && [ ! -e "$one/bad-health" ]; then answers=1; fi
    done
    [ -n "$answers" ] || echo "\${each##*/} does not answer after $verb $name" >>"$root/violations"
  done
}
is_running() { [ "$(cat "$root/engine/$1" 2>/dev/null)" = running ]; }
echo "$verb $name" >>"$root/calls"
case $verb in start | restore | stop | remove) trap watch EXIT ;; esac
case $verb in
prepare) [ ! -e "$dir/bad-prepare" ] || { echo 'no such image' >&2; exit 1; } ;;
start | restore)
  [ ! -e "$dir/bad-start" ] || exit 1
  for other in "$root/engine/$service"-*; do
    other=\${other##*/}
    if [ -e "$dir/recreate" ] && [ "$other" != "$name" ] && is_running "$other"; then
      echo "$verb $name while $other runs" >>"$root/violations"
    fi
  done
  : >"$root/boot/$name"
  if [ -e "$dir/bad-crash" ]; then echo exited >"$root/engine/$name"; else echo running >"$root/engine/$name"; fi
  ;;
running) is_running "$name" ;;
healthy) is_running "$name" && [ ! -e "$dir/bad-health" ] ;;
stop)
  [ ! -e "$dir/bad-stop" ] || exit 1
  rm -f "$root/boot/$name"
  if [ -e "$root/engine/$name" ]; then echo stopped >"$root/engine/$name"; fi
  ;;
remove)
  [ ! -e "$dir/bad-remove" ] || exit 1
  rm -f "$root/engine/$name" "$root/boot/$name"
  ;;
logs) echo "last words of $name" ;;
esac`;

/** Nobody reads what the script says from here on. */
const desert = 'mkfifo "$base/nobody"; exec 3<>"$base/nobody" >"$base/nobody" 3>&-; rm "$base/nobody"';

/** One service on a host in a folder, handled as the provider does. */
export class Service {
  readonly host: TempHost;
  /** of the instances to come */
  rollout: Rollout;
  readonly name: string;
  readonly stack: string;
  readonly ports: number[];

  constructor(host: TempHost, rollout: Rollout, name = 'web', stack = 'test', ports = [8000]) {
    this.host = host;
    this.ports = ports;
    this.rollout = rollout;
    this.name = name;
    this.stack = stack;
    const template = join(host.root, `template-${stack}-${name}`);
    mkdirSync(template);
    for (const each of ['prepare', 'start', 'running', 'healthy', 'stop', 'restore', 'remove', 'logs']) {
      writeFileSync(join(template, each), `#!/bin/sh\nroot=${host.root}\n${verb}\n`, { mode: 0o755 });
    }
    const records = { drain: '0', patience: '40', 'health-deadline': '0', runtime: 'docker' };
    for (const [file, content] of Object.entries(records)) writeFileSync(join(template, file), content);
  }

  get directory(): string {
    return join(this.host.base, this.stack, this.name);
  }

  /** The step of a creation before which whoever asked for it dies. */
  desertedBefore: 'start_instance' | 'serve_successor' | undefined;

  #call(lines: string, killAt?: number): Outcome {
    return this.host.run(`use_service ${this.stack} ${this.name}\n${lines}`, { killAt });
  }

  /** Records that instances have from now on. */
  give(records: Record<string, string>): void {
    const template = join(this.host.root, `template-${this.stack}-${this.name}`);
    for (const [file, content] of Object.entries(records)) writeFileSync(join(template, file), content);
  }

  listen(): void {
    if (this.ports.length === 0) {
      this.host.must(`begin_listeners\nadd_service ${this.stack} ${this.name} </dev/null\ncommit_listeners`);
      return;
    }
    const listeners = `listen ${this.stack}.${this.name}.8000\n    bind @address@:8000\n    server live 127.0.0.1:@8000@`;
    const add = `add_service ${this.stack} ${this.name} <<'LISTENERS'\n${listeners}\nLISTENERS`;
    this.host.must(`begin_listeners\n${add}\ncommit_listeners`);
  }

  #starting(name: string, behaviour: Behaviour): string[] {
    const template = join(this.host.root, `template-${this.stack}-${this.name}`);
    return [
      `mkdir -p "$(instance_dir ${name})"`,
      `cp -a ${template}/. "$(instance_dir ${name})/"`,
      `touch "$(instance_dir ${name})/${behaviour}" "$(instance_dir ${name})/${this.rollout}"`,
      `printf ${this.rollout} >"$(instance_dir ${name})/rollout"`,
      ...(['start_instance', 'serve_successor'] as const).flatMap((step) => [
        ...(step === this.desertedBefore ? [desert] : []),
        `${step} ${name}`,
      ]),
    ];
  }

  reserve(name: string, killAt?: number): Outcome {
    return this.#call(`reserve_instance ${name} ${this.ports.join(' ')}`, killAt);
  }

  start(name: string, behaviour: Behaviour = 'good', killAt?: number): Outcome {
    return this.#call(this.#starting(name, behaviour).join('\n'), killAt);
  }

  create(name: string, behaviour: Behaviour = 'good'): Outcome {
    return this.#call(
      [`reserve_instance ${name} ${this.ports.join(' ')}`, ...this.#starting(name, behaviour)].join('\n'),
    );
  }

  /** @param strays what a reading found that nobody names */
  switch(name: string, killAt?: number, strays: string[] = []): Outcome {
    return this.#call(`switch_slot ${name}\nremove_strays ${strays.join(' ')}`, killAt);
  }

  strays(): string[] {
    return this.instances().filter((name) => name !== this.record('slot'));
  }

  delete(name: string, killAt?: number): Outcome {
    return this.#call(`delete_instance ${name}`, killAt);
  }

  /** What a creation does before its successor starts, and then its script ends. */
  park(name: string): Outcome {
    return this.#call(`arm 40\npark ${name}`);
  }

  deleteSlot(): Outcome {
    return this.#call('delete_slot');
  }

  recover(killAt?: number): Outcome {
    return this.host.run(`containerhost recover ${this.stack} ${this.name}`, { killAt });
  }

  /** From now on, at every step of whatever is done to it, one instance has to answer. */
  watch(): void {
    const backend = this.ports.map((port) => ` ${this.stack}.${this.name}.${port}`).join('');
    this.host.write(`${this.directory}${backend}\n`, 'watched', this.name);
  }

  unwatch(): void {
    rmSync(join(this.host.root, 'watched', this.name), { force: true });
  }

  /** The container that runs ends by itself, and is not started again. */
  die(name: string): void {
    this.host.write('exited', 'engine', name);
  }

  /** The deadline of a parking passes. */
  expire(): void {
    if (this.host.file('base', this.stack, this.name, 'deadline') !== '') {
      writeFileSync(join(this.directory, 'deadline'), '0');
    }
  }

  /** The machine comes back: what is not barred from boot runs, timers and locks are gone, the proxy reads its files. */
  boot(killAt?: number): Outcome {
    const { host } = this;
    host.must(
      'rm -rf "$locks"; rm -f "${base%/*}"/timers/*; containerhost addresses; systemctl reload-or-restart containerhost-proxy.service',
    );
    for (const name of host.list('engine')) {
      host.write(host.list('boot').includes(name) ? 'running' : 'stopped', 'engine', name);
    }
    const running = this.running();
    if (this.rollout === 'recreate' && running.length > 1) {
      host.write(`at boot: ${running.join(' ')}\n`, 'violations');
    }
    return host.run('containerhost recover-all', { killAt });
  }

  record(name: string): string {
    return this.host.file('base', this.stack, this.name, name);
  }

  instances(): string[] {
    return this.host.list('base', this.stack, this.name, 'instances');
  }

  running(): string[] {
    const { host } = this;
    return host
      .list('engine')
      .filter((each) => each.startsWith(`${this.name}-`) && host.file('engine', each) === 'running');
  }

  /** The host will bring back what is parked. */
  armed(): boolean {
    return this.timers().some((each) => each.includes(`${this.stack}.${this.name}.`));
  }

  timers(): string[] {
    return this.host.list('timers');
  }

  /** The instance that the running proxy sends requests to, if it is one. */
  served(): string | undefined {
    const port = this.host.file('running', `${this.stack}.${this.name}.8000`);
    return this.instances().find((each) =>
      this.host.file('base', this.stack, this.name, 'instances', each, 'ports').endsWith(` ${port}`),
    );
  }
}
