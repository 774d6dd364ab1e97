import { describe, expect, test } from '@jest/globals';
import {
  type CloudflareReplies,
  cloudflareArea,
  cloudflareQuestions,
  type Reply,
} from '../../../preflight/cloud/cloudflare.ts';
import type { Tunnel } from '../../../preflight/cloud/tunnel.ts';

const accountId = '0123456789abcdef0123456789abcdef';
const tunnel: Tunnel = {
  accountId,
  zoneId: 'f'.repeat(32),
  hostnames: {
    web: { hostname: 'www.example.com' },
    admin: { hostname: 'admin.example.com', access: { emails: ['me@example.com'] } },
  },
  serviceTokens: { ci: {} },
};

const answered = (value: unknown): Reply => ({ kind: 'answered', value });
const no = (status: number, said = 'Authentication error [10000]'): Reply => ({ kind: 'no', status, said });
const groups = (...names: string[]) =>
  answered({ policies: [{ effect: 'allow', permission_groups: names.map((name) => ({ name })) }] });

const writing = [
  'Cloudflare Tunnel Write',
  'DNS Write',
  'Access: Apps and Policies Write',
  'Access: Service Tokens Write',
  'Access: Organizations, Identity Providers, and Groups Read',
];

/** Everything is well, but for `changes`. */
function replies(
  changes: Record<string, Reply> = {},
  more: Partial<CloudflareReplies> = {},
): CloudflareReplies {
  const all = Object.keys(cloudflareQuestions(tunnel)).map((question) => [question, answered([])]);
  const zone = answered({ name: 'example.com', status: 'active', account: { id: accountId } });
  return {
    token: answered({ id: 'abc', status: 'active' }),
    self: groups(...writing),
    replies: { ...Object.fromEntries(all), zone, ...changes },
    ...more,
  };
}

const look = (answers: CloudflareReplies, of: Tunnel = tunnel) => cloudflareArea(of, 'cortex-prod', answers);

test('all well', () => {
  expect(look(replies())).toEqual({
    name: 'Cloudflare',
    well: ['token', 'zone example.com', 'permissions'],
    findings: [],
    unknown: [],
  });
});

test('Access is asked about only where a hostname has it', () => {
  const open: Tunnel = { ...tunnel, hostnames: { web: { hostname: 'www.example.com' } }, serviceTokens: {} };
  expect(Object.keys(cloudflareQuestions(open))).toEqual(['zone', 'dns www.example.com', 'tunnels']);
  expect(Object.keys(cloudflareQuestions({ ...open, ssh: { hostname: 'ssh.example.com' } }))).toContain(
    'applications',
  );
});

describe('a token', () => {
  test.each<[string, CloudflareReplies['token'], string]>([
    ['that is not set', undefined, 'it is not set'],
    ['that cannot be one', null, 'it holds characters that no token has'],
    [
      'that is not taken',
      no(401, 'Invalid API Token [1000]'),
      'Cloudflare does not take it (Invalid API Token [1000])',
    ],
    ['that has expired', answered({ status: 'expired' }), 'it is expired'],
  ])('%s ends it', (_, token, found) => {
    const { findings } = look(replies({}, { token }));
    expect(findings).toEqual([expect.objectContaining({ where: 'CLOUDFLARE_API_TOKEN', found })]);
  });

  test('no answer is no verdict', () => {
    const { findings, unknown } = look(replies({}, { token: { kind: 'silent', said: 'ENOTFOUND' } }));
    expect([findings, unknown.map(({ found }) => found)]).toEqual([[], ['no answer (ENOTFOUND)']]);
  });

  test('that may not read the tunnels, and not the policies', () => {
    const { findings } = look(replies({ tunnels: no(403), policies: no(403), applications: no(403) }));
    expect(findings.map(({ found }) => found)).toEqual([
      'it may not read what needs: Account > Cloudflare Tunnel > Edit',
      'it may not read what needs: Account > Access: Apps and Policies > Edit',
    ]);
  });

  test('that may read only', () => {
    const self = groups(...writing.map((name) => name.replace('Write', 'Read')));
    const { findings } = look(replies({}, { self }));
    expect(findings.map(({ severity, found }) => `${severity} ${found}`)).toEqual([
      'refusal it has no permission Zone > DNS > Edit',
      'refusal it has no permission Account > Cloudflare Tunnel > Edit',
      'refusal it has no permission Account > Access: Apps and Policies > Edit',
      'refusal it has no permission Account > Access: Service Tokens > Edit',
    ]);
  });

  test('that may not look itself up: nobody knows whether it writes, and it is said', () => {
    const { findings, well } = look(replies({}, { self: no(403) }));
    expect(findings).toMatchObject([
      {
        severity: 'note',
        fix: expect.stringContaining('Zone > DNS > Edit; Account > Cloudflare Tunnel > Edit'),
      },
    ]);
    expect(well).not.toContain('permissions');
  });
});

describe('the zone', () => {
  const zone = (changes: object) =>
    look(
      replies({
        zone: answered({ name: 'example.com', status: 'active', account: { id: accountId }, ...changes }),
      }),
    );

  test('that is not there', () => {
    expect(look(replies({ zone: no(404, 'Invalid zone identifier [7003]') })).findings).toMatchObject([
      { where: 'cortex:tunnel.zoneId', found: expect.stringContaining('Invalid zone identifier') },
    ]);
  });

  test('that the token may not look at, though it may edit its records', () => {
    expect(look(replies({ zone: no(403) })).findings).toMatchObject([
      { severity: 'warning', where: 'cortex:tunnel.zoneId' },
    ]);
    const names = ['www', 'admin'].map((name) => [`dns ${name}.example.com`, no(403)]);
    expect(look(replies({ zone: no(403), ...Object.fromEntries(names) })).findings).toMatchObject([
      { severity: 'refusal', where: 'cortex:tunnel.zoneId' },
      { severity: 'refusal', where: 'CLOUDFLARE_API_TOKEN' },
    ]);
  });

  test('of another account', () => {
    expect(zone({ account: { id: 'other' } }).findings).toMatchObject([
      { where: 'cortex:tunnel.accountId', fix: expect.stringContaining('cortex:tunnel.accountId other') },
    ]);
  });

  test('that is not served yet', () => {
    expect(zone({ status: 'pending' }).findings).toMatchObject([{ where: 'cortex:tunnel.zoneId' }]);
  });

  test('that the names are not in', () => {
    // the end of the text is the same, and the name is not below it
    const { findings } = zone({ name: 'ample.com' });
    expect(findings.map(({ where }) => where)).toEqual([
      'cortex:tunnel.hostnames.web',
      'cortex:tunnel.hostnames.admin',
    ]);
  });

  test('whose free certificate does not cover a name', () => {
    const deep: Tunnel = { ...tunnel, hostnames: { web: { hostname: 'a.b.example.com' } } };
    expect(look(replies(), deep).findings).toMatchObject([
      { severity: 'warning', where: 'cortex:tunnel.hostnames.web' },
    ]);
  });
});

describe('a name', () => {
  const record = (...records: object[]) =>
    look(replies({ 'dns www.example.com': answered(records) })).findings;

  test('that this stack has already', () => {
    expect(record({ type: 'CNAME', comment: 'cortex-prod' })).toEqual([]);
    expect(record({ type: 'TXT', comment: null })).toEqual([]);
  });

  test.each([[{ type: 'A', comment: null }], [{ type: 'CNAME', comment: 'cortex-staging' }]])(
    'that somebody else has: %j',
    (one) => {
      expect(record(one)).toMatchObject([
        { where: 'www.example.com', found: `it has a ${one.type} record that this stack did not make` },
      ]);
    },
  );
});

test('an account without Zero Trust', () => {
  expect(look(replies({ organization: no(404) })).findings).toMatchObject([{ where: 'Zero Trust' }]);
});

test('a question that is not answered is not a permission that is missing', () => {
  const { findings, unknown } = look(replies({ tunnels: { kind: 'silent', said: 'HTTP 503' } }));
  expect([findings, unknown]).toMatchObject([[], [{ where: 'Cloudflare tunnels' }]]);
});
