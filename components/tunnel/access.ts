import { getZeroTrustOrganizationOutput } from '@pulumi/cloudflare/getZeroTrustOrganization.js';
import * as application from '@pulumi/cloudflare/zeroTrustAccessApplication.js';
import * as policy from '@pulumi/cloudflare/zeroTrustAccessPolicy.js';
import * as serviceToken from '@pulumi/cloudflare/zeroTrustAccessServiceToken.js';
import * as pulumi from '@pulumi/pulumi';
import type { Access, ServiceToken } from '../../config/access.ts';
import type { RequiredAccess } from './ingress.ts';

export type ServiceTokens = Record<string, serviceToken.ZeroTrustAccessServiceToken>;

export function serviceTokens(
  name: string,
  accountId: string,
  tokens: Record<string, ServiceToken>,
  opts: pulumi.CustomResourceOptions,
): ServiceTokens {
  return Object.fromEntries(
    Object.entries(tokens).map(([token, declared]) => [
      token,
      new serviceToken.ZeroTrustAccessServiceToken(
        `${token}-service-token`,
        { accountId, name: `${name} ${token}`, ...declared },
        opts,
      ),
    ]),
  );
}

export interface ProtectionArgs {
  accountId: string;
  hostname: string;
  access: Access;
  /** what resources are called in Cloudflare, before what they protect: `cortex-prod` */
  prefix: string;
  tokens: ServiceTokens;
}

/**
 * Access in front of one hostname: the application, and a policy for people and one for programs, whichever
 * is asked for. What matches no policy is refused.
 * @returns the application, for whose audience the requests that it let through are signed
 */
export function protect(
  key: string,
  { accountId, hostname, access, prefix, tokens }: ProtectionArgs,
  opts: pulumi.CustomResourceOptions,
): application.ZeroTrustAccessApplication {
  const people = [
    ...access.emails.map((email) => ({ email: { email } })),
    ...access.emailDomains.map((domain) => ({ emailDomain: { domain } })),
    ...access.groups.map((id) => ({ group: { id } })),
  ];
  const programs = access.serviceTokens.flatMap((name) => tokens[name] ?? []);
  // a duration that is left out is Cloudflare's default; an empty one would be a change in every preview
  const session = access.sessionDuration ? { sessionDuration: access.sessionDuration } : {};
  const policies = [
    ...(people.length > 0 ? [{ kind: 'people', decision: 'allow', includes: people }] : []),
    ...(programs.length > 0
      ? [
          {
            kind: 'service-tokens',
            // the API's word; the typings' documentation spells it nonIdentity
            decision: 'non_identity',
            includes: programs.map(({ id }) => ({ serviceToken: { tokenId: id } })),
          },
        ]
      : []),
  ].map(
    ({ kind, decision, includes }) =>
      new policy.ZeroTrustAccessPolicy(
        `${key}-${kind}`,
        { accountId, name: `${prefix} ${key} ${kind}`, decision, includes, ...session },
        opts,
      ),
  );
  return new application.ZeroTrustAccessApplication(
    `${key}-access`,
    {
      accountId,
      type: 'self_hosted',
      name: `${prefix} ${key}`,
      domain: hostname,
      policies: policies.map(({ id }, index) => ({ id, precedence: index + 1 })),
      httpOnlyCookieAttribute: true,
      sameSiteCookieAttribute: 'lax',
      // a program that is refused can make nothing of a page to log in
      ...(people.length === 0 && { serviceAuth401Redirect: true }),
      ...session,
    },
    opts,
  );
}

/** The part of the account's Access domain that cloudflared goes by: `<team name>.cloudflareaccess.com`. */
export function teamName(accountId: string, opts: pulumi.InvokeOutputOptions): pulumi.Output<string> {
  return getZeroTrustOrganizationOutput({ accountId }, opts).authDomain.apply(teamOf);
}

/** @throws when the account's Access has no domain of Cloudflare's: its keys are nowhere else */
export function teamOf(authDomain: string): string {
  const team = /^([a-z0-9-]+)\.cloudflareaccess\.com$/.exec(authDomain)?.[1];
  if (team) return team;
  throw new pulumi.RunError(
    `the Zero Trust organization of this Cloudflare account has the domain "${authDomain}", expected ` +
      '<team>.cloudflareaccess.com: set up Zero Trust for the account first, in its dashboard',
  );
}

export function required(
  team: pulumi.Output<string>,
  audience: pulumi.Output<string>,
): pulumi.Output<RequiredAccess> {
  return pulumi
    .all([team, audience])
    .apply(([teamName, aud]): RequiredAccess => ({ required: true, teamName, audTag: [aud] }));
}
