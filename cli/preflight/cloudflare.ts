import {
  type CloudflareReplies,
  cloudflareQuestions,
  type Reply,
  tokenQuestions,
} from '../../preflight/cloud/cloudflare.ts';
import type { Tunnel } from '../../preflight/cloud/tunnel.ts';

const timeoutMs = 30_000;

/** Asks Cloudflare's API, which changes nothing. `CLOUDFLARE_BASE_URL` is Pulumi's provider's own name for it. */
export async function askCloudflare(
  tunnel: Tunnel,
  environment: NodeJS.ProcessEnv,
): Promise<CloudflareReplies> {
  const token = environment.CLOUDFLARE_API_TOKEN;
  if (!token) return { token: undefined, replies: {} };
  // a header that fetch refuses is printed by its error
  if (!/^[A-Za-z0-9_-]+$/.test(token)) return { token: null, replies: {} };
  const base = environment.CLOUDFLARE_BASE_URL || 'https://api.cloudflare.com/client/v4';
  const get = (path: string) => ask(`${base.replace(/\/$/, '')}${path}`, token);

  const [whose, verified] = await verify(tunnel, get);
  if (verified.kind !== 'answered') return { token: verified, replies: {} };
  const id = (verified.value as { id?: string }).id ?? '';
  const questions = Object.entries(cloudflareQuestions(tunnel));
  const [self, ...replies] = await Promise.all([
    get(`${whose}/${id}`),
    ...questions.map(async ([question, path]) => [question, await get(path)] as const),
  ]);
  return { token: verified, self, replies: Object.fromEntries(replies) };
}

/** A token is a person's or the account's, and does not say which. */
async function verify(tunnel: Tunnel, get: (path: string) => Promise<Reply>): Promise<[string, Reply]> {
  const [person = '', account = ''] = tokenQuestions(tunnel);
  const first = await get(`${person}/verify`);
  if (first.kind !== 'no') return [person, first];
  const second = await get(`${account}/verify`);
  return second.kind === 'answered' ? [account, second] : [person, first];
}

interface Body {
  success?: boolean;
  errors?: { code: number; message: string }[];
  result?: unknown;
}

async function ask(url: string, token: string): Promise<Reply> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(timeoutMs),
      // a redirect would take the token to another host
      redirect: 'error',
    });
    const { status } = response;
    if (status === 429 || status >= 500) return { kind: 'silent', said: `HTTP ${status}` };
    const { success, errors = [], result } = (await response.json()) as Body;
    if (response.ok && success) return { kind: 'answered', value: result };
    const said = errors.map(({ code, message }) => `${message} [${code}]`).join(', ') || `HTTP ${status}`;
    return { kind: 'no', status, said };
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return { kind: 'silent', said: cause?.code ?? name };
  }
}
