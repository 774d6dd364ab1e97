import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CliError } from '../../cli/exit.ts';
import { vmState } from '../preflight/cloud/declared.ts';
import { cortex, fakeStack } from './context.ts';

const accountId = '0123456789abcdef0123456789abcdef';
const zoneId = 'fedcba9876543210fedcba9876543210';
const token = 'planted_cloudflare_token_1';
const googleToken = 'ya29.planted_google_token';

const stackFile = `config:
  cortex:runtime: docker
  cortex:secrets:
    TOKEN: { secure: v1:x }
  cortex:host:
    kind: gcp
    project: my-project
    zone: us-central1-a
    machineType: e2-medium
    publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB me
  cortex:tunnel:
    accountId: "${accountId}"
    zoneId: "${zoneId}"
    hostnames: { web: { hostname: www.example.com, public: true } }
`;

const compose = `services:
  web:
    image: example/web:1
    ports: ["127.0.0.1:5001:80"]
    secrets: [token]
  connector:
    image: example/connector:1
    profiles: [tunnel]
    configs: [tunnel-config]
configs:
  tunnel-config: { external: true }
secrets:
  token: { environment: TOKEN }
`;

const services = ['compute', 'iam', 'iap', 'artifactregistry'].map((name) => ({
  config: { name: `${name}.googleapis.com` },
}));
const metrics = ['CPUS', 'CPUS_ALL_REGIONS', 'INSTANCES', 'SSD_TOTAL_GB', 'ROUTERS', 'IN_USE_ADDRESSES'];
const quotas = { quotas: metrics.map((metric) => ({ metric, limit: 100, usage: 1 })) };

/** What gcloud prints, by the words that its arguments begin with; a text is an error. */
const google = (): Record<string, unknown> => ({
  'auth list': [{ account: 'me@example.com', status: 'ACTIVE' }],
  'services list': services,
  'billing projects': { billingEnabled: true },
  'compute regions': quotas,
  'compute project-info': quotas,
});

const zone = { name: 'example.com', status: 'active', account: { id: accountId } };
const cloudflare = (): Record<string, unknown> => ({
  '/user/tokens/verify': { id: 'abc', status: 'active' },
  '/user/tokens/abc': {
    policies: [
      { effect: 'allow', permission_groups: [{ name: 'DNS Write' }, { name: 'Cloudflare Tunnel Write' }] },
    ],
  },
  [`/zones/${zoneId}`]: zone,
  [`/zones/${zoneId}/dns_records`]: [],
  [`/accounts/${accountId}/cfd_tunnel`]: [],
});

let root: string;
let server: Server;
let replies: Record<string, unknown>;
let asked: { path: string; authorization: string | undefined }[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'preflight-'));
  copyFileSync(join(import.meta.dirname, '../../Pulumi.yaml'), join(root, 'Pulumi.yaml'));
  for (const folder of ['bin', 'answers']) mkdirSync(join(root, folder));
  script('node', 'echo v24.1.0');
  script('pulumi', 'echo v3.258.0');
  script('ssh', 'echo OpenSSH_10.0p2 >&2');
  script(
    'gcloud',
    `echo "$*" >>'${root}/asked'
    case "$*" in
      version) echo 'Google Cloud SDK 550.0.0'; exit ;;
      'auth application-default print-access-token'*) echo ${googleToken}; exit ;;
    esac
    said="${root}/answers/$1 $2"
    if [ -e "$said.error" ]; then cat "$said.error" >&2; exit 1; fi
    cat "$said"`,
  );
  server = createServer(({ url = '', headers }, response) => {
    const path = url.replace(/^\/v4/, '').replace(/\?.*/, '');
    asked.push({ path, authorization: headers.authorization });
    const result = replies[path];
    response.statusCode = result === undefined ? 403 : 200;
    const errors = [{ code: 10000, message: 'Authentication error' }];
    response.end(
      JSON.stringify(result === undefined ? { success: false, errors } : { success: true, result }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterAll(async () => {
  rmSync(root, { recursive: true });
  await new Promise((closed) => server.close(closed));
});

beforeEach(() => {
  writeFileSync(join(root, 'asked'), '');
  writeFileSync(join(root, 'Pulumi.prod.yaml'), stackFile);
  writeFileSync(join(root, 'compose.yaml'), compose);
  replies = cloudflare();
  asked = [];
});

function script(name: string, body: string) {
  const file = join(root, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}

interface Changes {
  google?: Record<string, unknown>;
  environment?: NodeJS.ProcessEnv;
  argv?: string[];
  resources?: ReturnType<typeof vmState>;
  /** Pulumi has no such stack */
  missing?: boolean;
}

async function preflight({ google: answers, environment, argv = [], resources = [], missing }: Changes = {}) {
  rmSync(join(root, 'answers'), { recursive: true });
  mkdirSync(join(root, 'answers'));
  for (const [words, answer] of Object.entries({ ...google(), ...answers }))
    if (typeof answer === 'string') writeFileSync(join(root, 'answers', `${words}.error`), answer);
    else writeFileSync(join(root, 'answers', words), JSON.stringify(answer));
  const { stack } = fakeStack(() => '', { name: 'prod', resources });
  const { port } = server.address() as AddressInfo;
  const ran = await cortex(['preflight', '-s', 'prod', ...argv], {
    root,
    environment: {
      PATH: [join(root, 'bin'), '/usr/bin', '/bin'].join(delimiter),
      CLOUDFLARE_API_TOKEN: token,
      CLOUDFLARE_BASE_URL: `http://127.0.0.1:${port}/v4`,
      ...environment,
    },
    openStack: async () => {
      if (missing) throw new CliError("pulumi stack export: no stack named 'prod' found");
      return stack;
    },
  });
  for (const secret of [token, googleToken]) expect(ran.out + ran.err).not.toContain(secret);
  for (const line of ran.out.split('\n')) expect(argv.length > 0 ? 0 : line.length).toBeLessThanOrEqual(80);
  return ran;
}

test('nothing stands against the first up, and this is what it costs', async () => {
  const { out, code } = await preflight();
  expect(out).toBe(`tools
  ok       node 24.1.0, pulumi 3.258.0, ssh 10.0, gcloud 550.0.0
stack
  ok       prod: nothing is deployed
configuration
  ok       Pulumi.prod.yaml, compose.yaml
secrets
  ok       TOKEN
Google login
  ok       me@example.com, application default credentials
Google project my-project
  ok       4 APIs, billing, quota of us-central1
Cloudflare
  ok       token, zone example.com, permissions

US$ A MONTH                         APPLIED  DECLARED  CHANGE
VM (e2-medium, us-central1)            0.00     24.46  +24.46
boot disk (20 GB, us-central1)         0.00      2.00   +2.00
data disk (20 GB, us-central1)         0.00      2.00   +2.00
Cloud NAT and its address (one VM)     0.00      4.67   +4.67
in all                                 0.00     33.13  +33.13

BY USE, BESIDES                         US$  FOR EACH
traffic to the internet                0.12  GiB, or more
traffic through Cloud NAT, both ways  0.045  GiB
snapshots of the data disk             0.05  GiB a month, or more
images in Artifact Registry             0.1  GiB a month beyond 0.5

List prices of 2025-12-01, without taxes and discounts: they may be old.
Sources: preflight/cloud/prices.ts. The tunnel and its DNS cost nothing.

Nothing stands against pulumi up --stack prod.
`);
  expect(code).toBe(0);
});

test('the clouds are asked, and nothing is changed', async () => {
  await preflight();
  const commands = readFileSync(join(root, 'asked'), 'utf8').trim().split('\n');
  expect(commands.length).toBe(7);
  const reads =
    /^(version|auth list|auth application-default print|services list|(billing|compute) \S+ describe)/;
  expect(commands.filter((command) => !reads.test(command))).toEqual([]);
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${token}`]));
  expect(asked.map(({ path }) => path).sort()).toEqual(Object.keys(cloudflare()).sort());
});

test('all problems at once', async () => {
  writeFileSync(join(root, 'compose.yaml'), `${compose}  other: { environment: OTHER }\n`);
  replies[`/zones/${zoneId}`] = { ...zone, name: 'example.org' };
  const { out, code } = await preflight({
    google: { 'services list': services.slice(0, 2), 'billing projects': {} },
    missing: true,
  });
  for (const found of [
    "pulumi: pulumi stack export: no stack named 'prod' found",
    'cortex:secrets.OTHER: it is not set',
    'APIs: not enabled: iap.googleapis.com',
    'billing: it is off',
    'www.example.com is not in zone',
  ])
    expect(out.replace(/\n +/g, ' ')).toContain(found);
  expect(out).toContain('pulumi up --stack prod would fail. Against it: stack, secrets, Google project\n');
  expect(code).toBe(3);
});

test('a tool that is missing, and one that is too old', async () => {
  script('pulumi', 'echo v3.100.0');
  try {
    const { out, code } = await preflight({ environment: { PATH: join(root, 'bin') } });
    expect(out).toContain('refused  pulumi: it is 3.100.0, and 3.258 or later is needed');
    expect(code).toBe(3);
  } finally {
    script('pulumi', 'echo v3.258.0');
  }
});

test('docker is wanted where an image is built, and only there', async () => {
  expect((await preflight()).out).not.toContain('docker');
  writeFileSync(join(root, 'compose.yaml'), compose.replace('image: example/web:1', 'build: ./web'));
  script('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
  const { out, code } = await preflight();
  expect(out).toContain('refused  docker: it is not on PATH, or does not run; it builds the images');
  expect(code).toBe(3);
});

test('nobody is logged in: the project is not asked about', async () => {
  const { out, code } = await preflight({ google: { 'auth list': [] } });
  expect(out).toContain('gcloud: nobody is logged in');
  expect(out).toContain('unknown  cortex:host.project: it was not asked');
  expect(readFileSync(join(root, 'asked'), 'utf8')).not.toContain('my-project');
  expect(code).toBe(3);
});

test.each([
  ['refused', 'ERROR: (gcloud.services.list) PERMISSION_DENIED: my-project', 3],
  ['unknown', 'ERROR: gcloud crashed (TransportError): Unable to reach the server', 1],
])('gcloud says no, or nothing: %s', async (label, said, expected) => {
  const { out, code } = await preflight({ google: { 'services list': said } });
  expect(out).toMatch(new RegExp(`Google project my-project\n  ${label} `));
  expect(code).toBe(expected);
});

test('Cloudflare does not answer: that is no verdict', async () => {
  const closed = createServer();
  await new Promise<void>((listening) => closed.listen(0, '127.0.0.1', listening));
  const { port } = closed.address() as AddressInfo;
  await new Promise((done) => closed.close(done));
  const { out, code } = await preflight({ environment: { CLOUDFLARE_BASE_URL: `http://127.0.0.1:${port}` } });
  expect(out).toContain('unknown  Cloudflare: no answer (ECONNREFUSED)');
  expect(out).toContain('Nothing is refused, but not everything is known.');
  expect(code).toBe(1);
});

test.each([
  ['', 'it is not set'],
  [`${token}\n`, 'it holds characters that no token has'],
])('CLOUDFLARE_API_TOKEN %j', async (value, found) => {
  const { out, code } = await preflight({ environment: { CLOUDFLARE_API_TOKEN: value } });
  expect(out).toContain(`CLOUDFLARE_API_TOKEN: ${found}`);
  expect([code, asked]).toEqual([3, []]);
});

test('a token that may not look itself up: that it writes is not known, and said', async () => {
  delete replies['/user/tokens/abc'];
  const { out, code } = await preflight();
  expect(out).toContain('  note     CLOUDFLARE_API_TOKEN: whether it may write as well is not shown to');
  expect(code).toBe(0);
});

test("a token of the account's own", async () => {
  delete replies['/user/tokens/verify'];
  replies[`/accounts/${accountId}/tokens/verify`] = { id: 'abc', status: 'active' };
  replies[`/accounts/${accountId}/tokens/abc`] = replies['/user/tokens/abc'];
  const { out, code } = await preflight();
  expect(out).toContain('  ok       token, zone example.com, permissions\n');
  expect(code).toBe(0);
});

test('a configuration that is wrong is told, and the clouds are not asked', async () => {
  writeFileSync(join(root, 'Pulumi.prod.yaml'), stackFile.replace('us-central1-a', 'us-central1-x'));
  const { out, code } = await preflight();
  expect(out).toContain('refused  cortex:host.zone: found "us-central1-x", expected a zone');
  expect([code, asked]).toEqual([3, []]);
});

test('a rehearsal asks no cloud, and costs nothing', async () => {
  writeFileSync(join(root, 'Pulumi.prod.yaml'), `${stackFile}  cortex:rehearsal: true\n`);
  const { out } = await preflight();
  expect(out).toContain('the clouds are simulated, and not asked');
  expect(out).not.toContain('US$');
  expect(asked).toEqual([]);
  expect(readFileSync(join(root, 'asked'), 'utf8')).toBe('version\n');
});

test('a compose file that is wrong is told, and the clouds are asked all the same', async () => {
  writeFileSync(join(root, 'compose.yaml'), compose.replace('example/web:1', 'example/Web:1'));
  const { out, code } = await preflight();
  expect(out).toContain('refused  compose.yaml:3 services.web.image:');
  expect(out).toContain('  ok       token, zone example.com, permissions\n');
  expect(code).toBe(3);
});

describe('for programs', () => {
  test('a change, and what it costs', async () => {
    const { out } = await preflight({ argv: ['--json'], resources: vmState('e2-small') });
    const { areas, cost } = JSON.parse(out);
    expect(areas.flatMap(({ findings }: { findings: unknown[] }) => findings)).toEqual([]);
    expect(cost.lines[0]).toMatchObject({
      what: 'VM',
      applied: { size: 'e2-small, us-central1' },
      declared: { size: 'e2-medium, us-central1' },
    });
    expect(cost.declared - cost.applied).toBeCloseTo(12.23, 2);
  });
});

test('a machine that exists needs neither gcloud nor Google', async () => {
  const host = stackFile.replace(
    / {2}cortex:host:[\s\S]*? {2}cortex:tunnel/,
    `  cortex:host: { kind: ssh, address: 203.0.113.7, user: deploy, hostKey: ssh-ed25519 ${'A'.repeat(68)} }\n  cortex:tunnel`,
  );
  writeFileSync(join(root, 'Pulumi.prod.yaml'), host);
  const { out, code } = await preflight();
  expect(out).not.toMatch(/gcloud|Google|US\$/);
  expect(readFileSync(join(root, 'asked'), 'utf8')).toBe('');
  expect(code).toBe(0);
});
