import { createHash, createSign, generateKeyPairSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessApplication } from '../clouds/hooks.ts';

/** What Access says to a request: to go on, with its signature, or not to. */
export type Verdict =
  | { go: true; jwt: string | undefined }
  | { go: false; status: 401 }
  | { go: false; status: 302; location: string };

/** How long a signature is good for, in seconds; Cloudflare's default for an application. */
const sessionSeconds = 24 * 60 * 60;

/** Access in front of hostnames: programs get in with a service token. People would log in, at an address that is none here. */
export class Access {
  readonly #applications = new Map<string, AccessApplication>();
  readonly #signatures = new Map<string, { jwt: string; until: number }>();
  #keys: { kid: string; privateKey: KeyObject; jwk: object } | undefined;

  /** These hostnames, and no others. */
  protect(applications: AccessApplication[]): void {
    this.#applications.clear();
    for (const application of applications)
      this.#applications.set(application.hostname.toLowerCase(), application);
  }

  decide(hostname: string, path: string, headers: IncomingHttpHeaders): Verdict {
    const application = this.#applications.get(hostname);
    if (!application) return { go: true, jwt: undefined };
    const [clientId, clientSecret] = [headers['cf-access-client-id'], headers['cf-access-client-secret']];
    const known = application.credentials.some(
      (each) =>
        each.clientId === clientId && equal(each.clientSecret, clientSecret) && Date.now() < each.expires,
    );
    if (known) return { go: true, jwt: this.#sign(application, String(clientId)) };
    if (application.refuses) return { go: false, status: 401 };
    const query = new URLSearchParams({ kid: application.aud, redirect_url: path });
    const location = `https://${application.authDomain}/cdn-cgi/access/login/${hostname}?${query}`;
    return { go: false, status: 302, location };
  }

  /** What is at `https://<team>.cloudflareaccess.com/cdn-cgi/access/certs`. */
  certs(): string {
    return JSON.stringify({ keys: [this.#key().jwk] });
  }

  #key() {
    if (!this.#keys) {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const jwk = publicKey.export({ format: 'jwk' });
      const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('hex');
      this.#keys = { kid, privateKey, jwk: { ...jwk, kid, alg: 'RS256', use: 'sig' } };
    }
    return this.#keys;
  }

  /** A program's token, as docs/cloudflare-one/…/application-token says; kept for a minute. */
  #sign({ aud, authDomain }: AccessApplication, clientId: string): string {
    const kept = this.#signatures.get(`${aud} ${clientId}`);
    if (kept && Date.now() < kept.until) return kept.jwt;
    const { kid, privateKey } = this.#key();
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      type: 'app',
      aud: [aud],
      iss: `https://${authDomain}`,
      iat: now,
      exp: now + sessionSeconds,
      common_name: clientId,
      sub: '',
    };
    const text = [{ alg: 'RS256', typ: 'JWT', kid }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const jwt = `${text}.${createSign('sha256').update(text).sign(privateKey).toString('base64url')}`;
    this.#signatures.set(`${aud} ${clientId}`, { jwt, until: Date.now() + 60_000 });
    return jwt;
  }
}

function equal(expected: string, found: unknown): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(String(found))];
  return left.length === right.length && timingSafeEqual(left, right);
}
