import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { configDiff } from '../../receipt/configDiff.ts';
import { receiptPage } from '../../receipt/page.ts';
import { makeReceipt } from '../../receipt/receipt.ts';
import { deployment } from './deployment.ts';

const page = receiptPage(makeReceipt(deployment()));

/** The words of a page, one line an element. */
const words = (html: string) =>
  html
    .replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, '\n')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

test('one page, without anything from elsewhere', () => {
  expect(page).not.toMatch(/<link|<img|<iframe|\bsrc=|@import|url\(|\bfetch\(|XMLHttpRequest/);
  expect(page.length).toBeLessThan(200_000);
});

test('only its own scripts may run', () => {
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
  const hashes = scripts.map((script) => createHash('sha256').update(script).digest('base64'));
  expect(scripts).toHaveLength(2);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'");
  expect(policy).toBe(
    `default-src 'none'; style-src 'unsafe-inline'; script-src ${hashes.map((hash) => `'sha256-${hash}'`).join(' ')}`,
  );
});

test('says in words and tables what the plots show', () => {
  const said = words(page);
  for (const line of [
    '0 of 840 requests lost',
    '-  cortex:runtime: docker',
    '+  cortex:runtime: podman',
    'park cortex-engine on docker',
    'engine-state',
    'the same',
  ]) {
    expect(said).toContain(line);
  }
  const described = [...page.matchAll(/role="img" aria-label="([^"]*)"/g)].map(([, label]) => label);
  expect(described).toHaveLength(3);
  expect(described[2]).toBe(
    'cortex-engine: cortex-engine-1a2b3c4 on docker gave 80 answers, then cortex-engine-5d6e7f8 on podman gave 200 answers; 0 lost; slowest 2.0 s. Steps: park cortex-engine on docker, create cortex-engine on podman, switch cortex-engine on podman, remove cortex-engine on docker.',
  );
  expect(page.match(/<table/g)).toHaveLength(6);
  expect(page.match(/<th scope="col"/g)?.length).toBeGreaterThan(20);
});

test('what was lost stands out, and what others wrote is text', () => {
  const lost = receiptPage(
    makeReceipt({ ...deployment(7), title: '</script><script>alert(1)</script>', notes: ['<b>'] }),
  );
  const said = words(lost);
  expect(said).toContain('7 of 840 requests lost');
  expect(said).toContain('Lost requests');
  expect(lost).toContain('status 503, expected 200: &quot;&lt;html&gt;&quot;');
  expect(lost).not.toContain('<script>alert');
  expect(lost.match(/<\/script>/g)).toHaveLength(3);
});

test('of an encrypted value nothing is left', () => {
  const diff =
    '--- a\n+++ b\n@@ -1 +1 @@\n-    secure: v1:AAAA:BBBB\n+    secure: v1:CCCC:DDDD\n+  cortex:runtime: podman\n';
  expect(configDiff('Pulumi.dev.yaml', diff).lines).toEqual([
    '-    secure: [secret]',
    '+    secure: [secret]',
    '+  cortex:runtime: podman',
  ]);
});
