import { type Area, area, refusal } from './area.ts';

/** A program of the operator's machine. */
export interface Tool {
  name: string;
  /** undefined: any */
  least?: string;
  /** what it is needed for */
  why: string;
  /** how to get it */
  install: string;
}

/** What a stack needs on the operator's machine. */
export function wantedTools(stack: { gcp: boolean; builds: boolean }): Tool[] {
  const everywhere: Tool[] = [
    {
      name: 'node',
      least: '24',
      why: 'it runs the program',
      install: 'Run npm ci, and export PATH="$PWD/node_modules/.bin:$PATH"',
    },
    {
      name: 'pulumi',
      least: '3.258',
      why: 'it makes the stack',
      install: 'https://www.pulumi.com/docs/install/',
    },
    {
      name: 'ssh',
      why: 'it is how the host is reached',
      install: "Install OpenSSH's client (Debian: openssh-client)",
    },
  ];
  const gcloud: Tool = {
    name: 'gcloud',
    why: 'SSH to the VM goes through its IAP tunnel',
    install: 'https://cloud.google.com/sdk/docs/install',
  };
  const docker: Tool = {
    name: 'docker',
    why: 'it builds the images of services with build:',
    install: 'https://docs.docker.com/engine/install/, and start it',
  };
  return [...everywhere, ...(stack.gcp ? [gcloud] : []), ...(stack.builds ? [docker] : [])];
}

/** @param found what each tool says of its version; undefined: it is not there, or does not run */
export function toolsArea(wanted: readonly Tool[], found: Record<string, string | undefined>): Area {
  const tools = area('tools');
  for (const { name, least, why, install } of wanted) {
    const version = found[name] === undefined ? undefined : (versionIn(found[name]) ?? '');
    if (version === undefined) {
      tools.findings.push(refusal(name, `it is not on PATH, or does not run; ${why}`, install));
    } else if (least !== undefined && !isAtLeast(version, least)) {
      const said = version === '' ? 'its version is not known' : `it is ${version}`;
      tools.findings.push(refusal(name, `${said}, and ${least} or later is needed`, install));
    } else tools.well.push(`${name} ${version}`.trim());
  }
  return tools;
}

/** `v3.258.0`, `Google Cloud SDK 550.0.0`, `OpenSSH_10.0p2 Debian-7, …` */
function versionIn(said: string): string | undefined {
  return /\d+(?:\.\d+)*/.exec(said)?.[0];
}

function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split('.').map(Number));
  for (const [index, part] of (want ?? []).entries()) {
    const own = have?.[index] ?? 0;
    if (own !== part) return own > part;
  }
  return version !== '';
}
