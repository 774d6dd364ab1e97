import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { serviceImages } from '../../../components/images.ts';
import { Registry } from '../../../components/registry.ts';
import { readImages } from '../../../config/images.ts';
import type { Problem } from '../../../config/problem.ts';
import type { Registries } from '../../../provider/inputs.ts';
import { docker } from '../../../rehearsal/clouds/docker/docker.ts';
import { gcp } from '../../../rehearsal/clouds/gcp/gcp.ts';
import { Store } from '../../../rehearsal/clouds/store.ts';
import { load } from '../../compose/file.ts';
import { Engine, fakeWorld, scratch } from '../../rehearsal/clouds/fakes.ts';
import { vmFacts } from '../gcpHost.ts';
import { value } from '../mocks.ts';
import { deploy } from '../simulated.ts';

jest.setTimeout(30_000);
const directory = scratch();
const digest = `sha256:${'ab'.repeat(32)}`;
const elsewhere = 'registry.example.com:5000/team';

interface Options {
  pin: boolean | undefined;
  rehearsal: boolean;
  built: boolean;
  /** the stack's own registry, on Google Cloud, or none */
  own: boolean;
  repository: string | undefined;
  credentials: boolean;
  platform: string;
}

const choices: { [K in keyof Options]: Options[K][] } = {
  pin: [true, false, undefined],
  rehearsal: [false, true],
  built: [false, true],
  own: [false, true],
  repository: [undefined, elsewhere],
  credentials: [false, true],
  platform: ['linux/amd64', 'linux/arm64'],
};

/** Every way to choose one of each; whoever builds has to have a registry. */
const combinations = Object.entries(choices)
  .reduce<Partial<Options>[]>(
    (found, [name, values]) =>
      found.flatMap((chosen) => (values as unknown[]).map((each) => ({ ...chosen, [name]: each }))),
    [{}],
  )
  .map((chosen) => chosen as Options)
  .filter(({ built, own, repository }) => !built || own || repository);

const compose = (built: boolean) =>
  load(
    `services:
  web: {image: "team/web:1"}
  engine: {image: "team/engine:2"${built ? ', build: {context: engine}' : ''}}
`,
    { files: { 'engine/Dockerfile': 'FROM scratch\n' } },
  );

/** What runs for each image of compose.yaml, a run for all: in a cloud where every image is to be had. */
async function run(all: Options[]): Promise<Record<string, string>[]> {
  const cloud = new Engine(gcp(new Store(join(directory, 'gcp.json')), fakeWorld()));
  // each has images of its own of the same names
  const images = () =>
    new Engine(docker(new Store(join(directory, `${randomUUID()}.json`)), async () => digest));
  const declared: Record<string, pulumi.Input<string>>[] = [];
  await deploy(
    (token) => (token.startsWith('gcp:') ? cloud : images()),
    () => {
      const registry = new Registry('cortex', vmFacts());
      for (const options of all) declared.push(declare(options, registry));
    },
  );
  return Promise.all(declared.map((each) => value(pulumi.output(each))));
}

function declare(options: Options, registry: Registry) {
  const { rehearsal, built, own, repository, credentials, ...rest } = options;
  const problems: Problem[] = [];
  const images = readImages({ ...rest, ...(repository && { repository }) }, 'cortex:images', problems);
  if (!images) throw new Error(JSON.stringify(problems));
  const registries: Registries = { 'registry.example.com:5000': { username: 'me', password: 'planted' } };
  const config = {
    stack: 'prod',
    images,
    rehearsal,
    registries: pulumi.secret<Registries>(credentials ? registries : {}),
  };
  return serviceImages('cortex', { config, compose: compose(built), ...(own && { registry }) });
}

test('the registries take every combination of options', async () => {
  const found = await run(combinations);
  expect(combinations).toHaveLength(3 * 2 * 2 * 2 * (4 + 3));
  combinations.forEach(({ pin, rehearsal, built, own, repository }, index) => {
    const pinned = pin ?? !rehearsal;
    const pushed = `${repository ?? (own ? 'europe-west1-docker.pkg.dev/my-project/cortex-prod' : '')}/engine:2`;
    expect(found[index]).toEqual({
      ...(pinned && { 'team/web:1': `team/web:1@${digest}`, 'team/engine:2': `team/engine:2@${digest}` }),
      ...(built && { 'team/engine:2': `${pushed}@${digest}` }),
    });
  });
});
