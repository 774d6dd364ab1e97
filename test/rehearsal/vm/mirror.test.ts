import { describe, expect, test } from '@jest/globals';
import { mirrorAmong, transportAmong } from '../../../rehearsal/vm/mirror.ts';

describe('mirrorAmong', () => {
  test('takes Debian itself, not its security updates or somebody else', () => {
    const indexes = [
      'http://tools.example/apt\tTools\tTools\thttp://tools.example/apt/',
      'http://mirror.example/debian-security\tDebian\tDebian-Security\thttp://mirror.example/debian-security/',
      'http://mirror.example/debian\tDebian\tDebian\thttp://mirror.example/debian/',
    ];
    expect(mirrorAmong(indexes.join('\n'))).toBe('http://mirror.example/debian');
  });

  test('goes by the path where the package lists were never downloaded', () => {
    const indexes = ['http://m.example/debian-security', 'http://m.example/debian'];
    expect(mirrorAmong(indexes.map((uri) => `${uri}\t\t\t${uri}/`).join('\n'))).toBe(
      'http://m.example/debian',
    );
  });

  test('finds none among strangers', () => {
    expect(
      mirrorAmong('http://tools.example/apt\tTools\tTools\thttp://tools.example/apt/\n'),
    ).toBeUndefined();
    expect(mirrorAmong('')).toBeUndefined();
  });
});

test('transportAmong keeps proxies and what is said of age, and no more', () => {
  const settings = [
    'APT::Architecture "amd64";',
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::https "";',
    'Acquire::https::CaInfo "/etc/ssl/ours.pem";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Languages:: "none";',
  ];
  expect(transportAmong(settings.join('\n'))).toEqual([settings[1], settings[3], settings[4]]);
});
