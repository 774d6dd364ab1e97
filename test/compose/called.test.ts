import { describe, expect, test } from '@jest/globals';
import { load } from './file.ts';

const file = (lines: string) => `services:
  engine: {image: "e:1", expose: ["9000"]}
  web: {image: "w:1", ${lines}}
`;
const ports = (lines: string) => load(file(lines)).services[0]?.ports.map(({ port }) => port);

describe('a port that another service calls is served', () => {
  test.each([
    'environment: {URL: "http://engine:8000"}',
    'environment: {URL: "http://user@engine:8000/path?x=1"}',
    'environment: ["PEERS=engine:8000,other:1"]',
    'command: ["--engine", "engine:8000"]',
  ])('%s', (lines) => {
    expect(ports(lines)).toEqual([8000, 9000]);
    expect(load(file(lines)).warnings).toMatchObject([
      { severity: 'warning', path: 'services.engine.expose', fix: 'write expose: ["8000"] in engine' },
    ]);
  });
});

describe('nothing is served for', () => {
  test.each([
    'environment: {URL: "http://engine:9000"}',
    'environment: {URL: "http://engine"}',
    'environment: {URL: "http://other-engine:8000"}',
    'environment: {URL: "http://engine.example.com:8000"}',
    'environment: {URL: "http://engine:80000"}',
    'environment: {URL: "http://web:8000"}',
  ])('%s', (lines) => {
    expect(ports(lines)).toEqual([9000]);
    expect(load(file(lines)).warnings).toEqual([]);
  });
});
