import { expect, test } from '@jest/globals';
import { lessConfined } from '../../components/compose.ts';
import { load } from '../compose/file.ts';

test('a preview names each service that is less confined, and what it asked for', () => {
  const { services } = load(`services:
  kept: {image: "a:1"}
  open: {image: "a:1", read_only: false, cap_add: [CHOWN]}
`);
  expect(lessConfined(services)).toBe(
    'compose.yaml: less confined than by default (docs/security.md):\n  open: cap_add: [CHOWN]; read_only: false',
  );
});

test('it says nothing of a file that keeps the defaults', () => {
  expect(lessConfined(load('services: {kept: {image: "a:1"}}').services)).toBeUndefined();
});
