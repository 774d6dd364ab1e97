import { type Answer, type Area, area, refusal, unanswered, warning } from './area.ts';
import { hostnamesOf, isGuarded, type Tunnel } from './tunnel.ts';

/** What Cloudflare is asked about a tunnel, by name: the path below the API's base. All are only read. */
export function cloudflareQuestions(tunnel: Tunnel): Record<string, string> {
  const { accountId, zoneId } = tunnel;
  const account = `/accounts/${accountId}`;
  const records = hostnamesOf(tunnel).map(({ hostname }) => [
    recordQuestion(hostname),
    `/zones/${zoneId}/dns_records?name=${encodeURIComponent(hostname)}`,
  ]);
  return {
    zone: `/zones/${zoneId}`,
    ...Object.fromEntries(records),
    tunnels: `${account}/cfd_tunnel?per_page=1`,
    ...(isGuarded(tunnel) && {
      applications: `${account}/access/apps?per_page=1`,
      policies: `${account}/access/policies?per_page=1`,
      organization: `${account}/access/organizations`,
    }),
    ...(Object.keys(tunnel.serviceTokens ?? {}).length > 0 && {
      serviceTokens: `${account}/access/service_tokens?per_page=1`,
    }),
  };
}

/** Where a token is looked up: that of a person, then that of the account. */
export function tokenQuestions({ accountId }: Tunnel): string[] {
  return ['/user/tokens', `/accounts/${accountId}/tokens`];
}

/** What Cloudflare said; `no` carries the HTTP status and its own words. */
export type Reply = Answer<unknown> | { kind: 'no'; status: number; said: string };

export interface CloudflareReplies {
  /** undefined: CLOUDFLARE_API_TOKEN is not set; null: it cannot be one */
  token: Reply | undefined | null;
  /** the token's own entry, which few tokens may read */
  self?: Reply;
  /** by question */
  replies: Record<string, Reply>;
}

/** The older name, and those of the connectors that tunnels are among now. */
const tunnelGroups = [
  'Cloudflare Tunnel Write',
  'Cloudflare One Connectors Write',
  'Cloudflare One Connector: cloudflared Write',
];

/** What each question shows that the token may do, and what it needs besides to change it. */
const permissions: Record<string, { permission: string; groups: readonly string[] }> = {
  tunnels: { permission: 'Account > Cloudflare Tunnel > Edit', groups: tunnelGroups },
  records: { permission: 'Zone > DNS > Edit', groups: ['DNS Write'] },
  applications: {
    permission: 'Account > Access: Apps and Policies > Edit',
    groups: ['Access: Apps and Policies Write'],
  },
  policies: {
    permission: 'Account > Access: Apps and Policies > Edit',
    groups: ['Access: Apps and Policies Write'],
  },
  organization: {
    permission: 'Account > Access: Organizations, Identity Providers, and Groups > Read',
    groups: ['Access: Organizations, Identity Providers, and Groups Read'],
  },
  serviceTokens: {
    permission: 'Account > Access: Service Tokens > Edit',
    groups: ['Access: Service Tokens Write'],
  },
};

const tokensPage = 'https://dash.cloudflare.com/profile/api-tokens';

/** @param named what the stack's resources are called at Cloudflare, and marked by: `cortex-prod` */
export function cloudflareArea(tunnel: Tunnel, named: string, answers: CloudflareReplies): Area {
  const found = area('Cloudflare');
  if (!checkToken(found, answers.token)) return found;
  checkZone(found, tunnel, answers.replies);
  const guarded = new Set<string>();
  for (const [question, reply] of Object.entries(answers.replies)) {
    const needed = permissions[isRecord(question) ? 'records' : question];
    if (!needed) continue;
    if (question === 'organization' && reply.kind === 'no' && reply.status === 404) {
      found.findings.push(
        refusal(
          'Zero Trust',
          'the account has no organization yet, and Access is in front of hostnames',
          'Open https://one.dash.cloudflare.com once, and choose a team name',
        ),
      );
    } else if (reply.kind === 'silent') found.unknown.push(unanswered(`Cloudflare ${question}`, reply.said));
    else if (reply.kind !== 'answered') guarded.add(needed.permission);
  }
  for (const permission of guarded)
    found.findings.push(
      refusal(
        'CLOUDFLARE_API_TOKEN',
        `it may not read what needs: ${permission}`,
        `Add it to the token, for this account and zone: ${tokensPage}`,
      ),
    );
  checkWriting(found, answers, guarded);
  for (const { hostname } of hostnamesOf(tunnel))
    checkRecord(found, hostname, named, answers.replies[recordQuestion(hostname)]);
  return found;
}

/** @returns whether there is a token that works */
function checkToken(found: Area, token: CloudflareReplies['token']): boolean {
  const where = 'CLOUDFLARE_API_TOKEN';
  const fix = `Make one (${tokensPage}), and export it in the shell that runs pulumi`;
  if (token === undefined) found.findings.push(refusal(where, 'it is not set', fix));
  else if (token === null) found.findings.push(refusal(where, 'it holds characters that no token has', fix));
  else if (token.kind === 'silent') found.unknown.push(unanswered('Cloudflare', token.said));
  else if (token.kind !== 'answered')
    found.findings.push(refusal(where, `Cloudflare does not take it (${token.said})`, fix));
  else {
    const { status, expires_on: expires } = token.value as { status?: string; expires_on?: string };
    if (status !== 'active') found.findings.push(refusal(where, `it is ${status}`, fix));
    else {
      found.well.push(expires ? `token until ${expires.slice(0, 10)}` : 'token');
      return true;
    }
  }
  return false;
}

interface Zone {
  name: string;
  status: string;
  account: { id: string };
}

function checkZone(found: Area, tunnel: Tunnel, replies: Record<string, Reply>) {
  const { zone: reply } = replies;
  const where = 'cortex:tunnel.zoneId';
  if (!reply) return;
  if (reply.kind === 'silent') return void found.unknown.push(unanswered('Cloudflare zone', reply.said));
  // who may edit DNS need not be allowed to look at the zone
  if (reply.kind === 'no' && reply.status === 403 && readsRecords(replies))
    return void found.findings.push(
      warning(
        where,
        'this token may not look at the zone: neither its account nor its name was compared',
        'Add Zone > Zone > Read to the token to have them checked',
      ),
    );
  if (reply.kind !== 'answered')
    return void found.findings.push(
      refusal(
        where,
        `Cloudflare shows no such zone to this token (${reply.said})`,
        "The ID is on the zone's overview page; the token needs Zone > Zone > Read for it",
      ),
    );
  const { name, status, account } = reply.value as Zone;
  if (account.id !== tunnel.accountId)
    found.findings.push(
      refusal(
        'cortex:tunnel.accountId',
        `zone ${name} belongs to another account`,
        `pulumi config set --path cortex:tunnel.accountId ${account.id}`,
      ),
    );
  if (status !== 'active')
    found.findings.push(
      refusal(
        where,
        `zone ${name} is ${status}: its names are not served yet`,
        "Set Cloudflare's name servers at the registrar of the domain",
      ),
    );
  for (const { key, hostname } of hostnamesOf(tunnel)) {
    if (hostname !== name && !hostname.endsWith(`.${name}`))
      found.findings.push(
        refusal(
          key,
          `${hostname} is not in zone ${name}`,
          `Choose a name that ends with .${name}, or another zone`,
        ),
      );
    else if (hostname.slice(0, -name.length - 1).includes('.'))
      found.findings.push(
        warning(
          key,
          `${hostname} is more than one level below ${name}, and Cloudflare's free certificate covers one`,
          'Choose a name one level below, or order an advanced certificate',
        ),
      );
  }
  found.well.push(`zone ${name}`);
}

function readsRecords(replies: Record<string, Reply>): boolean {
  return Object.entries(replies).some(([question, { kind }]) => isRecord(question) && kind === 'answered');
}

/** What a token may write is said by its own entry only; nothing is written to find out. */
function checkWriting(found: Area, { self, replies }: CloudflareReplies, guarded: ReadonlySet<string>) {
  const asked = Object.keys(replies).flatMap(
    (question) => permissions[isRecord(question) ? 'records' : question] ?? [],
  );
  const wanted = [...new Map(asked.map((one) => [one.permission, one])).values()];
  if (self?.kind !== 'answered') {
    found.findings.push({
      severity: 'note',
      where: 'CLOUDFLARE_API_TOKEN',
      found: 'whether it may write as well is not shown to it',
      fix: `It needs: ${wanted.map(({ permission }) => permission).join('; ')}`,
    });
    return;
  }
  const { policies = [] } = self.value as {
    policies?: { effect: string; permission_groups: { name: string }[] }[];
  };
  const given = policies
    .filter(({ effect }) => effect === 'allow')
    .flatMap(({ permission_groups: groups }) => groups.map(({ name }) => name));
  const missing = wanted.filter(
    ({ permission, groups }) =>
      !guarded.has(permission) && !groups.some((wants) => given.some((has) => covers(has, wants))),
  );
  if (missing.length === 0 && guarded.size === 0) found.well.push('permissions');
  for (const { permission } of missing)
    found.findings.push(
      refusal(
        'CLOUDFLARE_API_TOKEN',
        `it has no permission ${permission}`,
        `Add it to the token, for this account and zone: ${tokensPage}`,
      ),
    );
}

/** Who may write may read. */
function covers(has: string, wanted: string): boolean {
  return has === wanted || has === wanted.replace(/ Read$/, ' Write');
}

interface DnsRecord {
  type: string;
  comment?: string | null;
}

/** A record of somebody else's under the name would make `up` fail half-way. */
function checkRecord(found: Area, hostname: string, named: string, reply: Reply | undefined) {
  if (reply?.kind !== 'answered') return;
  const foreign = (reply.value as DnsRecord[]).filter(
    ({ type, comment }) => ['A', 'AAAA', 'CNAME'].includes(type) && comment !== named,
  );
  if (foreign.length > 0)
    found.findings.push(
      refusal(
        hostname,
        `it has a ${foreign[0]?.type} record that this stack did not make`,
        'Delete that record, choose another name, or pulumi import it',
      ),
    );
}

function recordQuestion(hostname: string): string {
  return `dns ${hostname}`;
}

function isRecord(question: string): boolean {
  return question.startsWith(recordQuestion(''));
}
