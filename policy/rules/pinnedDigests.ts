import { containers } from '../container.ts';
import { resourceRule, type Subject, unknown } from '../rule.ts';

export const pinnedDigests = resourceRule<{ stacks: string[] }>({
  name: 'pinned-digests',
  description: 'In production an image is named by its digest: a tag may be another program tomorrow.',
  // the stacks that are production
  options: { stacks: ['prod'] },
  checks: containers(({ image }, subject, { stacks }) => {
    if (!stacks.includes(stackOf(subject)) || image === unknown) return [];
    if (/@sha256:[0-9a-f]{64}$/.test(image)) return [];
    return [`runs ${image}, which is no digest: expected <image>@sha256:<64 digits>`];
  }),
});

/** `urn:pulumi:<stack>::<project>::…` */
function stackOf({ urn }: Subject): string {
  return urn.split('::')[0]?.split(':')[2] ?? '';
}
