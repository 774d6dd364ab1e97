import { shellWord } from './escape.ts';

/**
 * Shell lines that turn a failed pull into one line that says what is wrong and what to do. They expect the engine's
 * words in `$said` and a `fail` function.
 */
export function explainPull(image: string): string[] {
  const cases: [patterns: string, advice: string][] = [
    ['*"no space left"*|*"disk quota"*', 'the disk of the host is full: make room, then run it again'],
    [
      '*"docker daemon"*|*"docker API"*',
      'the docker engine does not answer: see "systemctl status docker" on the host',
    ],
    [
      '*"unauthorized"*|*"authentication required"*|*"denied"*|*"no basic auth"*|*"403 Forbidden"*',
      'the registry wants credentials, or has no such image: check the name and the credentials of the registry',
    ],
    [
      '*"manifest unknown"*|*"not found"*|*"name unknown"*|*"repository does not exist"*',
      'the registry has no such image: check the name and the tag',
    ],
    [
      '*"no such host"*|*"dial tcp"*|*"connection refused"*|*"unreachable"*|*[Tt]imeout*|*"deadline exceeded"*|*"TLS"*|*"x509"*|*"EOF"*|*"proxyconnect"*|*"name resolution"*',
      "the registry cannot be reached from the host: check the host's network, or load the image by hand",
    ],
  ];
  return [
    // the last line is the cause, the ones before are progress
    'last=$(printf \'%s\\n\' "$said" | grep . | tail -n 1)',
    'case $said in',
    ...cases.map(([patterns, advice]) => `${patterns}) advice=${shellWord(advice)} ;;`),
    "*) advice='see the message above' ;;",
    'esac',
    `fail ${shellWord(`image "${image}" is not on the host and could not be pulled: `)}"$last; $advice"`,
  ];
}

/** Shell lines that refuse an image with a user of its own where secrets must be readable by one user only. */
export function checkImageUser(readUser: string, image: string): string[] {
  const message = `image "${image}" runs as a user of its own, who could not read the service's secrets: `;
  return [
    `user=$(${readUser})`,
    'case $user in',
    '""|0|0:0|root|root:root) ;;',
    `*) fail ${shellWord(message)}"set user: to the numbers of \\"$user\\" (uid:gid)" ;;`,
    'esac',
  ];
}
