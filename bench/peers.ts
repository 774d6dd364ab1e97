import { setTimeout as sleep } from 'node:timers/promises';
import { startDriver } from '../rehearsal/load/driver.ts';
import { report } from '../rehearsal/load/report.ts';
import type { Vm } from '../rehearsal/vm/vm.ts';
import { type Bench, other, type Runtime } from './bench.ts';
import { imagesOf, setImages, withImages } from './images.ts';
import { seconds } from './pair.ts';
import { ansible } from './peers/ansible.ts';
import { dockerCompose, podmanCompose } from './peers/compose.ts';
import { installPeers } from './peers/install.ts';
import { median, type Rollout } from './result.ts';
import { well } from './well.ts';

/** What compose.yaml publishes: ours by the host's proxy, the peers' by the runtime. */
const published: Record<string, number> = {
  'cortex-admin': 5001,
  'cortex-dashboard': 5002,
  'cortex-editor': 5003,
};

/** Requests a second over all of them; one in so many takes 1.5 s. */
const rate = 150;
const longEvery = 125;

/** Before the change begins and after the new images answer. */
const besideMs = 1000;

const checks = 3;

/** After which new images that do not answer are given up. */
const answerSeconds = 180;

interface Subject {
  tool: string;
  beside?: string;
  /** to the new images */
  up(): Promise<unknown>;
  check(): Promise<unknown>;
}

/**
 * Four services get another image while requests come in at the ports that they publish: by `pulumi up` under
 * each runtime, then by each peer in place, where the stack's services and proxy have made room.
 */
export async function measurePeers(bench: Bench): Promise<Rollout[]> {
  const { rehearsal, screen } = bench;
  const { vm, project, token } = rehearsal;
  const installed = await installPeers((line) => screen.say(line));
  const compose = project.read('compose.yaml');
  const peers = [
    dockerCompose(vm, project, token),
    ansible(rehearsal, 'docker', installed),
    podmanCompose(vm, project, token, installed),
    ansible(rehearsal, 'podman', installed),
  ];
  // what the stack supplies is there as long as its services are
  for (const peer of peers) await peer.prepare();

  const found: Rollout[] = [];
  for (const runtime of [bench.runtime, other(bench.runtime)]) {
    setImages(project, 'old');
    await bench.moveTo(runtime);
    const up = () => {
      setImages(project, 'new');
      return bench.up();
    };
    const check = async () => well(await rehearsal.preview(['--expect-no-changes']));
    found.push(await rollout(bench, { tool: ours(runtime), up, check }));
  }
  await bench.removeServices();
  setImages(project, 'old');
  await vm.exec('systemctl stop containerhost-proxy');
  for (const peer of peers) {
    await peer.up(withImages(compose, 'old'));
    const up = () => peer.up(withImages(compose, 'new'));
    const check = () => peer.check(withImages(compose, 'old'));
    found.push(await rollout(bench, { tool: peer.tool, beside: ours(peer.runtime), up, check }));
    await peer.remove();
  }
  await vm.exec('systemctl start containerhost-proxy');
  return found;
}

const ours = (runtime: Runtime) => `this project, ${runtime}`;

/** Of a tool whose services run and answer from the old images. */
async function rollout({ rehearsal, screen }: Bench, { tool, beside, up, check }: Subject): Promise<Rollout> {
  const { vm, project } = rehearsal;
  const compose = project.read('compose.yaml');
  await answered(vm, withImages(compose, 'old'));
  const checked: number[] = [];
  for (let i = 0; i < checks; i++) checked.push(await seconds(check));
  const targets = Object.entries(published).map(([service, port]) => ({
    service,
    address: '127.0.0.1',
    port,
  }));
  const driver = await startDriver({ targets, rate, longEvery }, vm.pid);
  const change = async () => {
    await sleep(besideMs);
    const took = await seconds(async () => {
      await up();
      await answered(vm, withImages(compose, 'new'));
    });
    await sleep(besideMs);
    return took;
  };
  const changed = await change().catch(async (error: unknown) => {
    await driver.stop();
    throw error;
  });
  const { sent, lost } = report(await driver.stop());
  const found = { tool, seconds: changed, requests: sent, lost, checkSeconds: median(checked), beside };
  screen.say(
    `${tool}: ${lost} of ${sent} lost in ${changed.toFixed(1)} s, check ${found.checkSeconds.toFixed(1)} s`,
  );
  return { kind: 'rollout', ...found };
}

/** Until every published port is answered by the version of its image. @throws when one is not, in time */
async function answered(vm: Vm, compose: string): Promise<void> {
  const images = imagesOf(compose);
  const loops = Object.entries(published).map(([service, port]) => {
    const version = images[service]?.split(':').at(-1);
    return `until curl -sS --max-time 2 http://127.0.0.1:${port}/ 2>&1 | grep -qwF ${version}; do sleep 0.1; done`;
  });
  await vm.exec(`timeout ${answerSeconds} sh -c '${loops.join('; ')}'`);
}
