import { randomBytes, randomUUID } from 'node:crypto';
import type { CheckFailure } from '../../../provider/rpc/resourceProvider.ts';
import { hasUnknown, isObject, type PropertyValue, type Props } from '../../../provider/rpc/value.ts';
import type { CloudFunction } from '../cloud.ts';
import type { AccessApplication } from '../hooks.ts';
import { type Kind, objects, text } from '../kind.ts';
import { objectOf, type PlainProps, type Store, type Stored } from '../store.ts';
import type { Zones } from './dns.ts';

const applicationType = 'cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication';
const policyType = 'cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy';
const tokenType = 'cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken';

/** The account's own, which no stack makes. */
const authDomain = 'rehearsal.cloudflareaccess.com';

// Where a rule is from: "typings" are those of @pulumi/cloudflare, "schema" the schema.go of the resource in
// cloudflare/terraform-provider-cloudflare, which the Pulumi provider is made of, "docs" developers.cloudflare.com.

/** Typings: "Must be in the format `300ms` or `2h45m`". An empty text is no duration. */
const durations = /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;

function wrongDuration(property: string, value: PropertyValue | undefined, special?: string): CheckFailure[] {
  if (typeof value !== 'string' || durations.test(value) || value === special) return [];
  return [{ property, reason: `found '${value}', expected a duration such as 300ms or 2h45m` }];
}

/** Typings: "Mutually exclusive with the Zone ID", and the API has no path for neither. */
function accountOrZone({ accountId, zoneId }: Props): CheckFailure[] {
  if ((accountId === undefined) !== (zoneId === undefined)) return [];
  return [{ property: 'accountId', reason: "exactly one of 'accountId' and 'zoneId' is needed" }];
}

/** Schema: stringplanmodifier.RequiresReplace() on both. */
const replaces = { accountId: true, zoneId: true } as const;

export function accessApplication(zones: Zones): Kind {
  return {
    replaces,
    references: { 'policies.id': policyType },
    check: (inputs) => [
      ...accountOrZone(inputs),
      ...whatIsProtected(inputs),
      ...wrongDuration('sessionDuration', inputs.sessionDuration),
      ...exclusive(inputs),
      ...precedences(inputs.policies),
    ],
    id: () => randomUUID(),
    create({ inputs }) {
      const domain = text(inputs.domain)?.split('/')[0];
      // the API: access.api.error.invalid_request
      if (domain && !Object.values(zones).some((zone) => domain === zone || domain.endsWith(`.${zone}`)))
        throw new Error(`error 12130: domain '${domain}' does not belong to zone`);
      // The audience that JWTs of this application carry.
      return {
        outputs: { aud: randomBytes(32).toString('hex'), sessionDuration: inputs.sessionDuration ?? '24h' },
      };
    },
  };
}

function whatIsProtected({ type, domain, destinations }: Props): CheckFailure[] {
  // typings: "The primary hostname and path secured by Access"; `destinations` supersede it
  if (type !== 'self_hosted' || domain !== undefined || destinations !== undefined) return [];
  return [{ property: 'domain', reason: "a self_hosted application needs 'domain' or 'destinations'" }];
}

function exclusive(inputs: Props): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const {
    optionsPreflightBypass,
    corsHeaders,
    autoRedirectToIdentity,
    allowedIdps,
    sameSiteCookieAttribute,
  } = inputs;
  // typings: "Cannot turn on if corsHeaders is set"
  if (optionsPreflightBypass === true && corsHeaders !== undefined)
    failures.push({ property: 'optionsPreflightBypass', reason: "excluded by 'corsHeaders'" });
  // typings: "You must specify only one identity provider in allowed_idps"
  if (autoRedirectToIdentity === true && !(Array.isArray(allowedIdps) && allowedIdps.length === 1))
    failures.push({ property: 'autoRedirectToIdentity', reason: "needs exactly one of 'allowedIdps'" });
  // docs, Access > Authorization cookie: the values of SameSite
  const sites = ['none', 'lax', 'strict'];
  if (typeof sameSiteCookieAttribute === 'string' && !sites.includes(sameSiteCookieAttribute))
    failures.push({
      property: 'sameSiteCookieAttribute',
      reason: `found '${sameSiteCookieAttribute}', expected one of ${sites.join(', ')}`,
    });
  return failures;
}

/** Schema: precedence "must be unique for each policy within an app". */
function precedences(policies: PropertyValue | undefined): CheckFailure[] {
  const seen = new Set<PropertyValue>();
  return (Array.isArray(policies) ? policies : []).flatMap((policy, index) => {
    const precedence = isObject(policy) ? policy.precedence : undefined;
    if (typeof precedence !== 'number') return [];
    const twice = seen.has(precedence);
    seen.add(precedence);
    return twice ? [{ property: `policies[${index}].precedence`, reason: `${precedence} is taken` }] : [];
  });
}

export const accessPolicy: Kind = {
  replaces: { accountId: true },
  references: { 'includes.serviceToken.tokenId': tokenType },
  check: (inputs) => [
    ...wrongDuration('sessionDuration', inputs.sessionDuration),
    ...somebodyIncluded(inputs.includes),
    ...(['includes', 'excludes', 'requires'] as const).flatMap((rules) => oneSelector(rules, inputs[rules])),
  ],
  id: () => randomUUID(),
  create: ({ inputs }) => ({ outputs: { sessionDuration: inputs.sessionDuration ?? '24h' } }),
};

/** Docs, Access > Policies: "every policy must have at least one Include rule". */
function somebodyIncluded(includes: PropertyValue | undefined): CheckFailure[] {
  if (hasUnknown(includes ?? null) || (Array.isArray(includes) && includes.length > 0)) return [];
  return [{ property: 'includes', reason: 'a policy needs at least one rule here' }];
}

/** The API's rules are a union: each is an object of one selector. */
function oneSelector(property: string, rules: PropertyValue | undefined): CheckFailure[] {
  return (Array.isArray(rules) ? rules : []).flatMap((rule, index) => {
    const selectors = isObject(rule) ? Object.keys(rule).filter((name) => rule[name] !== null) : ['?'];
    if (selectors.length === 1) return [];
    const reason = `a rule has one selector, found ${selectors.join(' and ') || 'none'}: make a rule of each`;
    return [{ property: `${property}[${index}]`, reason }];
  });
}

export const serviceToken: Kind = {
  replaces,
  check: (inputs) => [
    ...accountOrZone(inputs),
    // typings: "or the special value `forever`"
    ...wrongDuration('duration', inputs.duration, 'forever'),
    ...rotation(inputs),
  ],
  id: () => randomUUID(),
  create({ inputs }) {
    const clientId = `${randomBytes(16).toString('hex')}.access`;
    return { outputs: { ...issued(inputs), clientId } };
  },
  update({ inputs }, { inputs: before, outputs }) {
    // schema's plan_modifiers.go: a change of the version makes a new secret, and nothing else does
    if ((inputs.clientSecretVersion ?? 1) === (before.clientSecretVersion ?? 1)) return {};
    return { outputs: issued(inputs), hidden: { previous: outputs.clientSecret ?? null } };
  },
};

/** Schema: each of the two has AlsoRequires of the other; the time is timetypes.RFC3339Type. */
function rotation({
  clientSecretVersion: version,
  previousClientSecretExpiresAt: until,
}: Props): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if ((version === undefined) !== (until === undefined)) {
    const [property, other] =
      version === undefined
        ? ['previousClientSecretExpiresAt', 'clientSecretVersion']
        : ['clientSecretVersion', 'previousClientSecretExpiresAt'];
    failures.push({ property, reason: `needs '${other}' beside it` });
  }
  if (typeof until === 'string' && Number.isNaN(Date.parse(until)))
    failures.push({
      property: 'previousClientSecretExpiresAt',
      reason: `found '${until}', expected a time as in RFC 3339`,
    });
  return failures;
}

/** A new secret, from now on. */
function issued({ clientSecretVersion, duration }: PlainProps): PlainProps {
  return {
    clientSecret: randomBytes(32).toString('hex'),
    clientSecretVersion: clientSecretVersion ?? 1,
    duration: duration ?? '8760h',
  };
}

/** Typings: "Mutually exclusive with the Zone ID". */
export const getOrganization: CloudFunction = ({ accountId, zoneId }) => {
  if ((accountId === undefined) === (zoneId === undefined))
    throw new Error("exactly one of 'accountId' and 'zoneId' is needed");
  return { accountId: accountId ?? null, zoneId: zoneId ?? null, name: 'rehearsal', authDomain };
};

/** All that Access protects, as the edge enforces it. */
export function protectedHostnames(store: Store): AccessApplication[] {
  return store.list(applicationType).flatMap(({ inputs, outputs }) => {
    const hostname = text(inputs.domain)?.split('/')[0];
    if (inputs.type !== 'self_hosted' || hostname === undefined) return [];
    const policies = objects(inputs.policies).flatMap(({ id }) => store.get(policyType, String(id)) ?? []);
    return [
      {
        hostname,
        authDomain,
        aud: String(outputs.aud),
        credentials: policies.flatMap((policy) => credentials(store, policy)),
        refuses: inputs.serviceAuth401Redirect === true,
      },
    ];
  });
}

/** The programs that a Service Auth policy lets in. People log in, which no rehearsal shows. */
function credentials(store: Store, { inputs }: Stored): AccessApplication['credentials'] {
  if (inputs.decision !== 'non_identity') return [];
  return objects(inputs.includes).flatMap(({ serviceToken }) => {
    const token = store.get(tokenType, String(objectOf(serviceToken).tokenId));
    if (!token) return [];
    const clientId = String(token.outputs.clientId);
    const until = text(token.inputs.previousClientSecretExpiresAt);
    return [
      { clientId, clientSecret: String(token.outputs.clientSecret), expires: Number.MAX_SAFE_INTEGER },
      ...(token.hidden.previous && until
        ? [{ clientId, clientSecret: String(token.hidden.previous), expires: Date.parse(until) }]
        : []),
    ];
  });
}
