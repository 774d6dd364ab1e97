import type { DnsRecordArgs } from '@pulumi/cloudflare/dnsRecord.js';
import type { ZeroTrustAccessApplicationArgs } from '@pulumi/cloudflare/zeroTrustAccessApplication.js';
import type { Unwrap } from '@pulumi/pulumi';
import { type Finding, stackRule, unknown } from '../rule.ts';

const recordType = 'cloudflare:index/dnsRecord:DnsRecord';
const policyType = 'cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy';
const applicationType = 'cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication';

type Application = Unwrap<ZeroTrustAccessApplicationArgs>;

/** Hostnames that lead to a tunnel, and are for people of one's own. */
export const adminAccess = stackRule<{ pattern: string }>({
  name: 'access-on-admin-hostnames',
  description: 'Whoever opens an admin hostname is asked who they are: Access is in front of it.',
  // a regular expression: which hostnames, or logical names of their records, are for administration
  options: { pattern: 'admin|editor|ssh' },
  check: (subjects, { pattern }) => {
    const admin = new RegExp(pattern, 'i');
    const applications = subjects
      .filter(({ type }) => type === applicationType)
      .map(({ props }) => props as unknown as Application);
    const open = subjects
      .filter(({ type, props }) => type === policyType && props.decision === 'bypass')
      .map(({ urn }) => ({ urn, message: 'lets everybody pass (bypass): decide by allow or non_identity' }));
    const bare = subjects
      .filter(({ type }) => type === recordType)
      .flatMap((subject): Finding[] => {
        const record = subject.props as unknown as Unwrap<DnsRecordArgs>;
        if (!leadsToTunnel(record) || !(admin.test(record.name) || admin.test(subject.name))) return [];
        return faults(record.name, applications).map((message) => ({ urn: subject.urn, message }));
      });
    return [...open, ...bare];
  },
});

function leadsToTunnel({ content }: Unwrap<DnsRecordArgs>): boolean {
  return content === unknown || /\.cfargotunnel\.com\.?$/.test(content ?? '');
}

function faults(hostname: string, applications: readonly Application[]): string[] {
  const own = applications.filter((application) => covers(application, hostname));
  if (own.length === 0) {
    return [`leads ${hostname} to the tunnel, and no Access application covers all of it: give it one`];
  }
  if (own.some(({ policies }) => !policies || policies.length === 0)) {
    return [`${hostname} has an Access application without a policy: say who may pass`];
  }
  if (own.some(({ policies }) => policies?.some(({ decision }) => decision === 'bypass'))) {
    return [
      `${hostname} has an Access policy that lets everybody pass (bypass): decide by allow or non_identity`,
    ];
  }
  return [];
}

/** Whether an application is about the whole of a hostname: one for a path leaves the rest open. */
function covers(
  { domain, selfHostedDomains = [], destinations = [] }: Application,
  hostname: string,
): boolean {
  const places = [domain, ...selfHostedDomains, ...destinations.map(({ uri }) => uri)];
  return places.some((place) => place !== undefined && matches(place.replace(/\/\*?$/, ''), hostname));
}

/** A `*` stands for one label, or a part of it. */
function matches(place: string, hostname: string): boolean {
  const pattern = place.split('*').map((part) => part.replace(/[.\\+?^$()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${pattern.join('[^.]+')}$`, 'i').test(hostname);
}
