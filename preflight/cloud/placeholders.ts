import type { Finding } from '../finding.ts';
import { refusal } from './area.ts';
import type { Declaration } from './billable.ts';

const noId = /^0+$/;

/** What a stack's file of this project came with, for somebody to put their own in its place. */
export function placeholders({ host, tunnel }: Declaration): Finding[] {
  const ids = (['accountId', 'zoneId'] as const).filter((name) => tunnel && noId.test(tunnel[name]));
  const key = host.kind === 'gcp' && / replace-me$/.test(host.publicKey ?? '');
  return [...(key ? ['cortex:host.publicKey'] : []), ...ids.map((name) => `cortex:tunnel.${name}`)].map(
    (where) => refusal(where, 'it is still what the file came with', 'Put your own there'),
  );
}
