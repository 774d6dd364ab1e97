import { createPublicKey, createVerify } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AccessApplication } from '../../../rehearsal/clouds/hooks.ts';
import { Access } from '../../../rehearsal/edge/access.ts';

const application: AccessApplication = {
  hostname: 'Admin.localhost',
  authDomain: 'rehearsal.cloudflareaccess.com',
  aud: 'the-audience',
  credentials: [
    { clientId: 'c.access', clientSecret: 'new', expires: Number.MAX_SAFE_INTEGER },
    { clientId: 'c.access', clientSecret: 'old', expires: Date.now() - 1 },
  ],
  refuses: false,
};

const headers = (id: string, secret: string) => ({
  'cf-access-client-id': id,
  'cf-access-client-secret': secret,
});

let access: Access;
beforeEach(() => {
  access = new Access();
  access.protect([application]);
});

const decide = (found = {}) => access.decide('admin.localhost', '/x?y', found);

describe('who has no token that is good', () => {
  test.each([
    ['nothing', {}],
    ['a wrong secret', headers('c.access', 'wrong')],
    ['another client’s', headers('d.access', 'new')],
    ['a secret that has expired', headers('c.access', 'old')],
  ])('%s: is sent to log in, or refused', (_what, found) => {
    expect(decide(found)).toEqual({
      go: false,
      status: 302,
      location:
        'https://rehearsal.cloudflareaccess.com/cdn-cgi/access/login/admin.localhost?kid=the-audience&redirect_url=%2Fx%3Fy',
    });
    access.protect([{ ...application, refuses: true }]);
    expect(decide(found)).toEqual({ go: false, status: 401 });
  });
});

test('a name that nobody protects, or no more, is everybody’s', () => {
  expect(access.decide('other.localhost', '/', {})).toEqual({ go: true, jwt: undefined });
  access.protect([]);
  expect(decide()).toEqual({ go: true, jwt: undefined });
});

test('who has one gets a signature that the published keys verify', () => {
  const verdict = decide(headers('c.access', 'new'));
  const [head = '', claims = '', signature = ''] = (verdict.go && verdict.jwt ? verdict.jwt : '').split('.');
  const { keys } = JSON.parse(access.certs());
  const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString());
  expect([kid, alg]).toEqual([keys[0].kid, 'RS256']);
  const key = createPublicKey({ key: keys[0], format: 'jwk' });
  const verified = (text: string) =>
    createVerify('sha256').update(text).verify(key, Buffer.from(signature, 'base64url'));
  expect(verified(`${head}.${claims}`)).toBe(true);
  expect(verified(`${head}.x${claims}`)).toBe(false);
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString());
  expect(said).toMatchObject({
    type: 'app',
    aud: ['the-audience'],
    iss: 'https://rehearsal.cloudflareaccess.com',
    common_name: 'c.access',
  });
  expect(said.exp).toBeGreaterThan(Date.now() / 1000);
});
