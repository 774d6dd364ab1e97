import type { Problem } from './problem.ts';
import { nearest, removeCommand, setCommand, show, step } from './problem.ts';
import { fields, integer, isObject, list, map, optional, type Read, text } from './read.ts';

/** Who gets through Cloudflare Access to a hostname: whoever meets one of these. */
export interface Access {
  /** people, once they have logged in */
  emails: string[];
  /** people with an address of these domains */
  emailDomains: string[];
  /** IDs of Access groups */
  groups: string[];
  /** programs: names in `serviceTokens` */
  serviceTokens: string[];
  /** how long a login is good for; Cloudflare's default is 24h */
  sessionDuration?: string;
}

/** A program's credentials for Access. The rest of its life is Cloudflare's: see `ZeroTrustAccessServiceToken`. */
export interface ServiceToken {
  /** default 8760h, a year */
  duration?: string;
  /** a higher one makes a new secret */
  clientSecretVersion?: number;
  /** until when the secret before this one is good, RFC 3339 */
  previousClientSecretExpiresAt?: string;
}

/** Go's durations, as Cloudflare's API and cloudflared take them. */
const goDuration = '(\\d+(\\.\\d+)?(ns|us|µs|ms|s|m|h))+';

export const duration = (what: string, example: string) =>
  text({ what: `${what}, such as ${example}`, example, pattern: new RegExp(`^${goDuration}$`) });

const domain = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A host name, as it is in DNS. */
export const hostName = text({ what: 'a host name', example: 'admin.example.com', pattern: domain });

const emailDomain = text({ what: 'the part after the @', example: 'example.com', pattern: domain });
const email = text({ what: 'an e-mail address', example: 'me@example.com', pattern: /^[^\s@]+@[^\s@]+$/ });
const group = text({
  what: 'the ID of an Access group',
  example: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415',
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
});
const tokenName = text({ what: 'a name in cortex:tunnel.serviceTokens', example: 'ci' });

const several = <T>(what: string, item: Read<T>) => ({ read: list(what, item), missing: { value: [] } });

const shape = fields<Access>({
  emails: several('e-mail addresses', email),
  emailDomains: several('e-mail domains', emailDomain),
  groups: several('IDs of Access groups', group),
  serviceTokens: several('names in cortex:tunnel.serviceTokens', tokenName),
  sessionDuration: optional(duration('how long a login is good for', '24h')),
});

/** Access that lets nobody in is a mistake, as is one that lets in everybody. */
export const readAccess: Read<Access> = (value, key, problems) => {
  const before = problems.length;
  const access = shape(value ?? {}, key, problems);
  const lists = [access?.emails, access?.emailDomains, access?.groups, access?.serviceTokens];
  if (problems.length === before && lists.every((one) => one?.length === 0))
    problems.push({
      key,
      found: show(value),
      expected: 'somebody to let in: emails, emailDomains, groups or serviceTokens',
      fix: setCommand(`${key}.emails[0]`, 'me@example.com'),
    });
  return access;
};

const token = fields<ServiceToken>({
  duration: optional(
    text({
      what: 'how long the token is valid, such as 8760h, or forever',
      example: '8760h',
      pattern: new RegExp(`^(${goDuration}|forever)$`),
    }),
  ),
  clientSecretVersion: optional(
    integer({ what: 'a version that is counted up', min: 1, max: 1_000_000, example: 2 }),
  ),
  previousClientSecretExpiresAt: optional(
    text({
      what: 'a time as in RFC 3339',
      example: '2030-01-31T12:00:00Z',
      pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
    }),
  ),
});

/** The provider takes a rotation's two properties together only. */
const readToken: Read<ServiceToken> = (value, key, problems) => {
  const read = token(value, key, problems);
  const rotation = { clientSecretVersion: '2', previousClientSecretExpiresAt: '2030-01-31T12:00:00Z' };
  const [one, other] = Object.keys(rotation) as (keyof typeof rotation)[];
  for (const [given, missing] of [
    [one, other],
    [other, one],
  ] as const)
    if (given && missing && isObject(value) && value[given] !== undefined && value[missing] === undefined)
      problems.push({
        key: `${key}.${missing}`,
        found: 'nothing',
        expected: `both, or none: ${given} is set`,
        fix: setCommand(`${key}.${missing}`, rotation[missing]),
      });
  return read;
};

export const readServiceTokens = map('name: {}', readToken);

/** Tokens that hostnames name must be there. */
export function checkTokenNames(
  { serviceTokens }: Pick<Access, 'serviceTokens'>,
  key: string,
  known: readonly string[],
): Problem[] {
  return serviceTokens.flatMap((name, index) => {
    if (known.includes(name)) return [];
    const meant = nearest(name, known);
    return [
      {
        key: `${key}.serviceTokens[${index}]`,
        found: show(name),
        expected: `a name in cortex:tunnel.serviceTokens: ${known.join(', ') || 'it has none'}`,
        fix: meant
          ? `did you mean '${meant}'? rename it`
          : `add it: ${setCommand(`${step('cortex:tunnel.serviceTokens', name)}.duration`, '8760h')}`,
      },
    ];
  });
}

/** A hostname of which nobody said who may come in. */
export function nobodySaidWho(key: string, hostname: string): Problem {
  return {
    key,
    found: show(hostname),
    expected: 'who may come in: access, or public: true for everybody',
    fix: `write {hostname: ${hostname}, access: {emails: [me@example.com]}}, or with public: true, in the stack’s file`,
  };
}

/** Both were said of one hostname. */
export function accessAndPublic(key: string): Problem {
  return {
    key,
    found: 'access, and public: true',
    expected: 'one of them',
    fix: removeCommand(`${key}.public`),
  };
}
