import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isMap, parseDocument } from 'yaml';
import { Hosts } from '../../provider/hosts.ts';
import type { Host } from '../../provider/inputs.ts';
import { instance } from '../../provider/instance.ts';
import { proxy } from '../../provider/proxy.ts';
import type { Operation } from '../../provider/rpc/resourceProvider.ts';
import type { Props } from '../../provider/rpc/value.ts';
import { slot } from '../../provider/slot.ts';
import { buildTemplate } from '../../rehearsal/images/template.ts';
import { hostLeftovers } from '../../rehearsal/leftovers.ts';
import { type Registry, startRegistry } from '../../rehearsal/registry.ts';
import type { PulumiRun, Rehearsal } from '../../rehearsal/rehearsal.ts';
import { asAccount } from '../../rehearsal/tamper.ts';
import { run } from '../../rehearsal/vm/run.ts';
import { startVm, type Vm } from '../../rehearsal/vm/vm.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { toStderr } from '../../toolchain/progress.ts';
import { minimal } from '../runtimes/services.ts';
import { askAtOnce, askLine, beginHold, endHold, statuses } from './hold.ts';
import { engineCommand } from './onHost.ts';
import {
  eventually,
  existingMachine,
  expectClean,
  type Identity,
  inside,
  minutes,
  rehearse,
  untilParked,
  well,
} from './rehearse.ts';

/** A machine of somebody's own, which a stack is put on and taken from again. No cloud has a part in it. */
let owner: Rehearsal;
let vm: Vm;
let onsite: Rehearsal;
let registry: Registry | undefined;

const account = { name: 'cortex', uid: 1000, subuidStart: 100_000 };

beforeAll(async () => {
  owner = await rehearse({ imageDigest: async (reference) => registry?.digest(reference) });
  vm = await startVm({
    id: 'onsite',
    // within the rehearsal, so that it goes with it
    directory: join(owner.directory, 'vms', 'onsite'),
    rootfs: await buildTemplate({ onProgress: toStderr }),
    user: 'somebody',
    publicKey: owner.publicKey,
    dataDisks: [],
  });
  for (const service of ['cortex-admin', 'cortex-dashboard', 'cortex-engine']) {
    owner.project.set('compose.yaml', ['services', service, 'profiles'], ['main']);
  }
  owner.project.edit('compose.yaml', '127.0.0.1:5003:5003', '127.0.0.1:${EDITOR_PORT:-5003}:5003');
  const admin = (key: string, value: unknown) =>
    owner.project.set('compose.yaml', ['services', 'cortex-admin', ...key.split('.')], value);
  admin('x-hold', { requests: 20, body: '64k' });
  admin('environment.TCP_PORT', 7000);
  admin('ports', [
    '127.0.0.1:5001:5001',
    { target: 7000, published: '7000', host_ip: '127.0.0.1', app_protocol: 'tcp' },
  ]);
  onsite = await owner.another('onsite', config(['main'], {}));
}, 20 * minutes);
afterAll(async () => {
  await owner?.close();
  await registry?.close();
}, minutes);

function config(profiles: string[], env: Record<string, string>): Record<string, unknown> {
  return {
    'cortex:runtime': 'podman',
    'cortex:profiles': profiles,
    'cortex:env': env,
    ...existingMachine(owner, vm),
  };
}

/** Sets, or with undefined takes away, how the host is reached; returns what undoes it. */
function configure(key: string, value: unknown): () => void {
  const file = `Pulumi.${onsite.stack}.yaml`;
  const path = ['cortex:host', key];
  const document = parseDocument(onsite.project.read(file));
  const before = isMap(document.contents) ? document.getIn(['config', ...path]) : undefined;
  onsite.project.configure(onsite.stack, path, value);
  return () => onsite.project.configure(onsite.stack, path, before);
}

/** What answers on the host's loopback, where the services are published. */
async function serves(port: number): Promise<Identity> {
  return JSON.parse(
    await vm.exec(`curl --silent --show-error --fail --max-time 20 http://127.0.0.1:${port}/`),
  );
}

/** Where each service is published; the engine is reached at its own address. */
const published: Record<string, number> = { 'cortex-admin': 5001, 'cortex-dashboard': 5002 };

async function answers(): Promise<Identity[]> {
  return [
    ...(await Promise.all(Object.values(published).map(serves))),
    JSON.parse(await inside(vm, 'cortex-engine', 8000, '/')),
  ];
}

/** Which instance each service is served by. */
async function serving(): Promise<Record<string, string>> {
  return Object.fromEntries((await answers()).map(({ service, instance }) => [service, instance]));
}

async function servedBy(runtime: RuntimeName): Promise<void> {
  const services = ['cortex-admin', 'cortex-dashboard', 'cortex-engine'];
  expect(await answers()).toMatchObject(services.map((service) => ({ service, runtime })));
}

/** What the stack has, each by what it is on the host or in a cloud; no ciphertexts, which are never the same. */
async function resources(): Promise<string[]> {
  const { deployment } = JSON.parse(await onsite.state()) as {
    deployment: { resources: { urn: string; id?: string; delete?: boolean; pendingReplacement?: boolean }[] };
  };
  return deployment.resources
    .map((one) =>
      [one.urn, one.id, one.delete && 'to be deleted', one.pendingReplacement && 'gone'].join(' '),
    )
    .sort();
}

/** Breaks something while a test works, and mends it whatever comes of that. */
async function during<T>(broken: () => unknown, mend: () => unknown, work: () => Promise<T>): Promise<T> {
  await broken();
  try {
    return await work();
  } finally {
    await mend();
  }
}

/** Seconds that a failure may take to be told, on a machine that has other things to do. */
const quick = 45;

/** A run that must fail, soon, with these words, and leave services and state as they were. */
async function fails(
  attempt: () => Promise<PulumiRun>,
  words: RegExp[],
  { servesOn = true }: { servesOn?: boolean } = {},
): Promise<void> {
  const before = { state: await resources(), serving: servesOn ? await serving() : undefined };
  const { code, output, seconds } = await attempt();
  expect(code).not.toBe(0);
  for (const each of words) expect(output).toMatch(each);
  expect(seconds).toBeLessThan(quick);
  if (servesOn) expect(await serving()).toEqual(before.serving);
  expect(await resources()).toEqual(before.state);
}

function image(service: string, from: string, to: string): void {
  onsite.project.edit('compose.yaml', `97layer/${service}:${from}`, `97layer/${service}:${to}`);
}

describe('a machine that exists', () => {
  test(
    'has the services on Podman, and the preview is clean',
    async () => {
      well(await onsite.up());
      await servedBy('podman');
      await expectClean(onsite);
      expect((await resources()).join('\n')).not.toMatch(/::(gcp|cloudflare):/);
    },
    5 * minutes,
  );

  test(
    'on Docker as well, through a jump host',
    async () => {
      onsite.flag('docker');
      // a name that only the jump host knows
      const jump = ['ssh', '-i', owner.identityFile, '-o', 'StrictHostKeyChecking=no'];
      const to = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-W', '127.0.0.1:%p'];
      const undo = [
        configure('address', 'onsite.internal'),
        configure('proxyCommand', [...jump, ...to, `somebody@${vm.address}`].join(' ')),
      ];
      well(await onsite.up());
      await servedBy('docker');
      await expectClean(onsite);
      for (const each of undo) each();
    },
    5 * minutes,
  );
});

describe('while a single writer moves', () => {
  const url = 'http://127.0.0.1:5001/echo';
  const main = 'systemctl show --property MainPID --value containerhost-proxy';
  const waiting = (count: number) =>
    eventually(10, async () =>
      expect(
        Number(await vm.exec("ss -Htn state established '( sport = :5001 )' | wc -l")),
      ).toBeGreaterThanOrEqual(count),
    );

  test(
    'so many requests wait, of so long a body, and are answered; nobody can reload the proxy',
    async () => {
      await beginHold(vm, 'onsite', 'cortex-admin');
      const refused = { status: 503, retryAfter: '5' };
      const line = askLine(vm, 7000);
      const held = askAtOnce(vm, url, 16);
      await waiting(16);
      await expect(vm.exec('systemctl reload containerhost-proxy')).rejects.toThrow();
      expect(
        await vm.exec(
          'journalctl --namespace=+containerhost --unit containerhost-proxy --lines 50 --output cat',
        ),
      ).toMatch(/requests are being held, and a reload may lose them/);
      await vm.exec('head -c 100000 /dev/zero >/run/long; head -c 2000 /dev/zero >/run/short');
      const chunked = "--header 'Transfer-Encoding: chunked' --header 'Expect:'";
      const long = [
        ...(await askAtOnce(vm, url, 1, '--data-binary @/run/long')),
        ...(await askAtOnce(vm, url, 1, `${chunked} --data-binary @/run/long`)),
      ];
      expect(long).toMatchObject([refused, refused]);
      for (const { seconds } of long) expect(seconds).toBeLessThan(2);
      const bodies = [
        askAtOnce(vm, url, 2, '--data-binary @/run/short'),
        askAtOnce(vm, url, 2, `${chunked} --data-binary @/run/short`),
      ];
      await waiting(20);
      expect(await askAtOnce(vm, url, 5)).toMatchObject(Array(5).fill(refused));

      await endHold(vm, 'onsite', 'cortex-admin');
      expect(statuses(await held)).toEqual({ 200: 16 });
      expect(statuses((await Promise.all(bodies)).flat())).toEqual({ 200: 4 });
      const { instance } = await serves(5001);
      expect(instance).toMatch(/./);
      expect(await line).toBe(`${instance} hello\n`);
      // none of this is left when nothing is held
      expect(await askAtOnce(vm, url, 1, '--data-binary @/run/long')).toMatchObject([{ status: 200 }]);
    },
    2 * minutes,
  );

  test(
    'a proxy that is killed is back within a second, and holds on',
    async () => {
      await beginHold(vm, 'onsite', 'cortex-admin');
      for (const victims of [main, `pgrep --parent $(${main})`]) {
        const back = await vm.exec(
          `kill -9 $(${victims}); began=$(date +%s%3N)\n` +
            `until [ "$(curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' --data-binary @/run/long ${url})" = 503 ]; do sleep 0.02; done\n` +
            'echo $(($(date +%s%3N) - began))',
        );
        process.stderr.write(`the proxy was back after ${back.trim()} ms\n`);
        expect(Number(back)).toBeLessThan(1000);
      }
      const held = askAtOnce(vm, url, 3);
      await waiting(3);
      await endHold(vm, 'onsite', 'cortex-admin');
      expect(statuses(await held)).toEqual({ 200: 3 });
    },
    2 * minutes,
  );
});

describe('another way in', () => {
  test(
    'changes no service: another port, another key, no jump host any more',
    async () => {
      const rotated = join(owner.directory, 'rotated');
      await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', rotated]);
      const authorized = '/home/somebody/.ssh/authorized_keys';
      await vm.exec(
        `cat >${authorized}; printf 'Port 22\\nPort 2222\\n' >/etc/ssh/sshd_config.d/port.conf; systemctl restart ssh`,
        {
          input: await run(['cat', `${rotated}.pub`]),
        },
      );
      configure('identityFile', rotated);
      configure('port', 2222);
      const before = await serving();
      const { output } = well(await onsite.preview());
      expect(output).not.toMatch(/\((replace|delete|create)\)|containerhost:index[:/]\w+: \(update\)/);
      well(await onsite.up());
      expect(await serving()).toEqual(before);
    },
    3 * minutes,
  );

  test(
    'that leads nowhere is told, and nothing is taken for gone',
    async () => {
      const undo = configure('port', 2223);
      await during(
        () => {},
        undo,
        () =>
          fails(
            () => onsite.up(),
            [/port 2223 cannot be reached: .*Connection refused/, /nothing is taken for gone/],
          ),
      );
    },
    2 * minutes,
  );

  test(
    'whose user may not become root is told',
    async () => {
      await during(
        () => vm.exec('mv /etc/sudoers.d/somebody /root/'),
        () => vm.exec('mv /root/somebody /etc/sudoers.d/'),
        () => fails(() => onsite.up(), [/user somebody may not run commands as root on .*passwordless sudo/]),
      );
    },
    2 * minutes,
  );
});

describe('the host', () => {
  test(
    'shows another key than the pinned one',
    async () => {
      const keys = '/etc/ssh/ssh_host_ed25519_key';
      const restart = 'systemctl restart ssh';
      await during(
        async () => {
          // one that was opened before, with the pinned key, would still lead to the same machine
          onsite.forgetConnections();
          await vm.exec(
            `mkdir /root/keys; mv ${keys}* /root/keys/; ssh-keygen -q -t ed25519 -N '' -f ${keys}; ${restart}`,
          );
        },
        () => vm.exec(`mv /root/keys/* /etc/ssh/; ${restart}`),
        () =>
          fails(
            () => onsite.up(),
            [/shows another host key than the one that is pinned/, /docs\/recovery\.md/],
          ),
      );
    },
    2 * minutes,
  );

  test(
    'has a pinned key in the file that is not its own',
    async () => {
      const undo = configure('hostKey', `ssh-ed25519 ${'A'.repeat(68)}`);
      await during(
        () => {},
        undo,
        () => fails(() => onsite.up(), [/shows another key than the pinned one/]),
      );
    },
    2 * minutes,
  );

  test(
    'is off, and serves again when it is on',
    async () => {
      const before = await serving();
      await during(
        () => vm.kill(),
        () => vm.boot(),
        () =>
          fails(() => onsite.preview(), [/cannot be reached: /, /nothing is taken for gone/], {
            servesOn: false,
          }),
      );
      await eventually(60, async () => expect(await serving()).toEqual(before));
      await expectClean(onsite);
    },
    3 * minutes,
  );

  test.each([
    ['stopped', 'systemctl stop docker.socket docker', 'systemctl start docker'],
    // removed under containers that run on
    [
      'gone',
      'mv /usr/bin/docker /root/; mv /run/docker.sock /run/docker.away',
      'mv /root/docker /usr/bin/; mv /run/docker.away /run/docker.sock',
    ],
  ])(
    'has an engine that is %s',
    async (what, break_, mend) => {
      const before = await serving();
      await during(
        () => vm.exec(break_),
        () => vm.exec(mend),
        () =>
          // its containers end with it
          fails(() => onsite.up(), [/docker does not answer: systemctl status docker/], {
            servesOn: what === 'gone',
          }),
      );
      await eventually(60, async () => expect(await serving()).toEqual(before));
    },
    3 * minutes,
  );
});

/** Changes a single writer, which is parked while its successor starts, and nothing else. */
function engineLogs(level: string): void {
  onsite.project.set('compose.yaml', ['services', 'cortex-engine', 'environment', 'LOG_LEVEL'], level);
}

describe('a deployment', () => {
  test(
    'whose images are missing tells all of them before anything is touched',
    async () => {
      const missing = (image: string, engine: string) =>
        new RegExp(
          `image "docker.io/97layer/${image}" is not in ${engine} on this host and could not be pulled`,
        );
      const edited = (admin: [string, string], engine: [string, string]) => () => {
        image('cortex-admin', ...admin);
        image('cortex-engine', ...engine);
      };
      await during(
        edited(['1.4.2', '9.9.9'], ['1.4.2', '9.9.8']),
        edited(['9.9.9', '1.4.2'], ['9.9.8', '1.4.2']),
        () =>
          fails(
            () => onsite.up(),
            ['docker', 'podman'].flatMap((engine) => [
              missing('cortex-admin:9.9.9', engine),
              missing('cortex-engine:9.9.8', engine),
            ]),
          ),
      );
      await expectClean(onsite);
    },
    2 * minutes,
  );

  test(
    'whose port is taken tells by whom, and is done once it is free',
    async () => {
      onsite.project.edit('compose.yaml', '127.0.0.1:5002:5002', '127.0.0.1:5009:5002');
      const foreign = 'systemd-run --quiet --unit=foreign python3 -m http.server --bind 127.0.0.1 5009';
      const told =
        /cortex-dashboard publishes 127\.0\.0\.1:5009, which is taken by another process on the host: .*python3/;
      await during(
        () => vm.exec(`${foreign}; until curl --silent 127.0.0.1:5009 >/dev/null; do sleep 0.1; done`),
        () => vm.exec('systemctl stop foreign'),
        () => fails(() => onsite.up(), [told]),
      );
      well(await onsite.up());
      published['cortex-dashboard'] = 5009;
      await servedBy('docker');
    },
    3 * minutes,
  );

  test(
    'whose unit is refused changes nothing',
    async () => {
      const before = await serving();
      // an older generator, which does not know a key
      const generator = '/usr/lib/systemd/user-generators/podman-user-generator';
      const refusing = `#!/bin/sh\nsed -i s/^ContainerName=/Unknown=/ "$QUADLET_UNIT_DIRS"/*\nexec /run/generator "$@"\n`;
      await during(
        async () => {
          await vm.exec(
            `cp ${generator} /run/generator && cat >/run/refusing && chmod 0755 /run/refusing && mount --bind /run/refusing ${generator}`,
            { input: refusing },
          );
          onsite.project.configure('onsite', ['cortex:services'], {
            'cortex-dashboard': { runtime: 'podman' },
          });
        },
        async () => {
          await vm.exec(`umount ${generator}`);
          onsite.project.configure('onsite', ['cortex:services'], undefined);
        },
        () =>
          fails(
            () => onsite.up(),
            [/was taken away again: it was refused before it started/, /unsupported key 'Unknown'/],
          ),
      );
      await expectClean(onsite);
      expect(await serving()).toEqual(before);
    },
    2 * minutes,
  );

  test(
    'that is interrupted (Ctrl-C) leaves what serves, and goes on the next time',
    async () => {
      const before = await serving();
      engineLogs('debug');
      let group = 0;
      const up = onsite.up([], {
        onStart: (pid) => {
          group = pid;
        },
      });
      await untilParked(vm, 'onsite', 'cortex-engine');
      process.kill(-group, 'SIGINT');
      const { code, seconds } = await up;
      expect(code).not.toBe(0);
      expect(seconds).toBeLessThan(quick);

      // at once, though the host is not done with what was interrupted
      well(await onsite.up());
      const { 'cortex-engine': engine, ...others } = await serving();
      expect(engine).not.toBe(before['cortex-engine']);
      expect(before).toMatchObject(others);
      await expectClean(onsite);
      expect(await vm.exec('ls -d /var/lib/containerhost/onsite/*/parked 2>/dev/null || true')).toBe('');
    },
    4 * minutes,
  );

  test(
    'that finds the disk full tells so, and is done once there is room',
    async () => {
      const records = '/var/lib/containerhost';
      await vm.exec(
        `mkdir /run/copy && cp -a ${records}/. /run/copy && mount -t tmpfs -o size=2m,mode=0700 tmpfs ${records} && cp -a /run/copy/. ${records}; ` +
          `dd if=/dev/zero of=${records}/fill bs=4k 2>/dev/null || true`,
      );
      engineLogs('info');
      await during(
        () => {},
        () => vm.exec(`rm ${records}/fill`),
        () => fails(() => onsite.up(), [/cannot write .*: is the disk full\?/]),
      );
      well(await onsite.up());
      await servedBy('docker');
      await expectClean(onsite);
    },
    3 * minutes,
  );
});

describe('a name that a foreign container has', () => {
  const operation = (name: string): Operation => ({
    urn: name,
    name,
    timeoutSeconds: 0,
    signal: new AbortController().signal,
    log: () => {},
  });

  test.each(['docker', 'podman'] as const)(
    'under %s: the stranger is not touched',
    async (runtime) => {
      // a stack's own names are random, so that this takes one that is given
      const host: Host = {
        machineId: (await vm.exec('cat /etc/machine-id')).trim(),
        hostKey: vm.hostKeys[0] ?? '',
        account,
        connection: {
          address: vm.address,
          port: 22,
          user: 'somebody',
          identityFile: join(owner.directory, 'rotated'),
        },
      };
      const name = 'web-0c0c0c0';
      const engine = engineCommand(runtime, account);
      const image = '97layer/cortex-admin:1.4.2';
      await vm.exec(`${engine} run --detach --name ${name} --label mine=yes docker.io/${image} sleep 600`);
      const spec = { ...minimal, name: 'web', image, command: ['sleep', '600'] };
      const inputs = { host, stack: 'stranger', runtime, name, spec, secrets: {}, state: 'running' };
      const hosts = new Hosts();
      try {
        await expect(
          instance.create({ ...operation(name), inputs: inputs as unknown as Props }, hosts),
        ).rejects.toThrow(/taken away again: it (did not start|was refused before it started)[\s\S]*in use/);
        const inspect = `${engine} container inspect --format '{{.State.Status}} {{index .Config.Labels "mine"}}' ${name}`;
        expect(await vm.exec(inspect)).toBe('running yes\n');
        const slotInputs = { host, stack: 'stranger', service: 'web', instance: name, rollout: 'rolling' };
        await slot.delete(
          { ...operation(name), id: 'x', properties: {}, oldInputs: slotInputs as unknown as Props },
          hosts,
        );
        const proxyInputs = { host, stack: 'stranger', services: {} };
        await proxy.delete(
          { ...operation(name), id: 'x', properties: {}, oldInputs: proxyInputs as unknown as Props },
          hosts,
        );
        expect(await hostLeftovers(vm, 'stranger')).not.toContainEqual(expect.stringContaining('stranger'));
        expect(await vm.exec(inspect)).toBe('running yes\n');
      } finally {
        await vm.exec(`${engine} rm --force --time 0 ${name}`, { tolerate: true });
      }
    },
    minutes,
  );
});

/** The engines ask a registry of this machine for the images of Docker Hub. */
async function mirrorHub(images: string[]): Promise<Registry> {
  const layout = '/root/layout';
  await vm.exec(`mkdir ${layout} && docker save ${images.join(' ')} | tar -x -C ${layout}`);
  const started = await startRegistry(join(vm.directory, 'root', layout));
  const address = `${vm.gateway}:${started.port}`;
  await vm.exec(
    `jq '."registry-mirrors" = ["http://${address}"]' /etc/docker/daemon.json >/run/daemon.json
mv /run/daemon.json /etc/docker/daemon.json
systemctl reload docker
mkdir -p /etc/containers/registries.conf.d
cat >/etc/containers/registries.conf.d/hub.conf <<'END'
[[registry]]
prefix = "docker.io"
location = "${address}"
insecure = true
END`,
  );
  return started;
}

describe('two stacks on one machine', () => {
  let second: Rehearsal;

  test(
    'that publish the same port are told',
    async () => {
      second = await owner.another('second', {
        ...config(['editor'], { EDITOR_PORT: '5001' }),
        'cortex:host': parseDocument(onsite.project.read('Pulumi.onsite.yaml')).getIn([
          'config',
          'cortex:host',
        ]),
      });
      const { code, output } = await second.up();
      expect(code).not.toBe(0);
      expect(output).toMatch(
        /cortex-editor publishes 127\.0\.0\.1:5001, which another stack on the host does as well: .*onsite\.cortex-admin/,
      );
      await servedBy('docker');
    },
    2 * minutes,
  );

  test(
    'do not meet otherwise',
    async () => {
      second.project.configure('second', ['cortex:env'], {});
      well(await second.up());
      expect(await serves(5003)).toMatchObject({ service: 'cortex-editor', runtime: 'podman' });
      await expectClean(onsite);
      await expectClean(second);
    },
    3 * minutes,
  );

  test(
    'run no image that is for another CPU: the preview refuses it',
    async () => {
      const foreign = '97layer/cortex-editor:1.3.9-arm';
      await vm.exec(
        [
          `tar -cf - -T /dev/null | docker import --platform linux/arm64 - ${foreign}`,
          asAccount(`tar -cf - -T /dev/null | podman import --quiet --arch arm64 - docker.io/${foreign}`),
        ].join('\n'),
      );
      const edited = (from: string, to: string) => () => second.project.edit('compose.yaml', from, to);
      const before = await serves(5003);
      await during(
        edited('97layer/cortex-editor:1.3.0', foreign),
        edited(foreign, '97layer/cortex-editor:1.3.0'),
        async () => {
          const { code, output } = await second.preview();
          expect(code).not.toBe(0);
          expect(output).toMatch(/1\.3\.9-arm" is for arm64, and the host is amd64/);
        },
      );
      expect(await serves(5003)).toEqual(before);
    },
    minutes,
  );

  test(
    'run digests where tags are pinned: a tag that was moved is named by the preview, and followed by `up`',
    async () => {
      const [tag, next] = ['97layer/cortex-editor:1.3.0', '97layer/cortex-editor:1.3.1'];
      registry = await mirrorHub([tag, next]);
      const [pinned, moved] = [tag, next].map((image) => `${tag}@${registry?.digest(image)}`);
      second.project.configure('second', ['cortex:images'], { pin: true });
      well(await second.up());
      expect(await runs('editor')).toBe(`docker.io/${pinned?.replace(':1.3.0', '')}\n`);

      registry.tag(tag, next);
      const { code, output } = await second.preview(['--expect-no-changes']);
      expect(code).toBe(7);
      expect(output).toContain(`~ image: "${pinned}" => "${moved}"`);
      expect(await serves(5003)).toMatchObject({ version: '1.3.0' });
      well(await second.up());
      expect(await runs('editor')).toBe(`docker.io/${moved?.replace(':1.3.0', '')}\n`);
      expect(await serves(5003)).toMatchObject({ version: '1.3.1' });
      await expectClean(second);
    },
    3 * minutes,
  );

  /** The image of a service's container, as Podman has it. */
  function runs(service: string): Promise<string> {
    return vm.exec(
      asAccount(
        `podman container inspect --format '{{.ImageName}}' $(podman ps --quiet --filter label=containerhost.service=cortex-${service})`,
      ),
    );
  }

  test(
    'go one by one',
    async () => {
      const before = await serving();
      well(await second.destroy());
      expect(await hostLeftovers(vm, 'second')).toEqual([]);
      expect(await serving()).toEqual(before);
      await expectClean(onsite);
    },
    2 * minutes,
  );

  test(
    'destroy leaves the data, and a planted orphan is seen',
    async () => {
      well(await onsite.destroy());
      expect(await hostLeftovers(vm, 'onsite')).toEqual([]);
      expect(await vm.exec('ls /srv/containerhost/onsite/volumes')).toBe('admin-data\nengine-state\n');
      expect(await vm.exec('find /srv/containerhost/onsite/volumes -type f')).toContain('cortex.sqlite3');

      const label = '--label containerhost.stack=onsite';
      await vm.exec(
        [
          `docker create --name orphan ${label} 97layer/cortex-admin:1.4.2`,
          `docker network create ${label} orphans`,
          asAccount(`podman create --name orphan ${label} docker.io/97layer/cortex-admin:1.4.2`),
          asAccount('touch /home/cortex/.config/containers/systemd/orphan.container'),
        ].join('\n'),
      );
      expect(await hostLeftovers(vm, 'onsite')).toEqual([
        'docker container orphan',
        'docker network orphans',
        'podman container orphan',
        'unit orphan.container',
      ]);
    },
    2 * minutes,
  );
});

test(
  'a bare `pulumi preview` of the rehearsal’s stack is refused',
  async () => {
    const { code, output } = await owner.pulumi(['preview', '--stack', owner.stack], {
      environment: {
        CORTEX_REHEARSAL: '',
        PULUMI_DEBUG_PROVIDERS: '',
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      },
    });
    expect(code).not.toBe(0);
    expect(output).toMatch(/`pulumi` was not started by a rehearsal/);
    expect(output).toContain('npm run rehearse');
  },
  minutes,
);
