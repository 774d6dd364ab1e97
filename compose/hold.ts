import { type HoldLimits, holdLimits } from '../spec/hold.ts';
import { parseBytes } from './units.ts';
import type { Value } from './value.ts';

/** Reads `x-hold`, the one extension that is more than a note: how much may wait while the service is replaced. */
export function readHold(hold: Value): HoldLimits {
  if (!hold.there) return holdLimits;
  hold.refuseOtherThan(['requests', 'body']);
  const requests = hold.get('requests');
  const body = hold.get('body');
  const count = requests.there ? Number(requests.string()) : holdLimits.requests;
  const bodyBytes = body.there ? parseBytes(body.string()) : holdLimits.bodyBytes;
  if (!Number.isInteger(count) || count < 1 || count > most) {
    requests.complain({
      expected: `how many requests may wait at once, from 1 to ${most}`,
      fix: 'correct it, or delete it',
    });
  }
  if (bodyBytes === undefined) {
    body.complain({
      expected: 'the longest body that may wait, as in 256k',
      fix: 'correct it, or delete it',
    });
  }
  if (!hold.isMap) {
    hold.complain({ expected: '{ requests: NUMBER, body: SIZE }', fix: 'correct it, or delete it' });
  }
  return { requests: count, bodyBytes: bodyBytes ?? holdLimits.bodyBytes };
}

/** The host's proxy has 8000 connections, for all services. */
const most = 4000;
