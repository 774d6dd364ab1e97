/**
 * A Quadlet `.container` file as data. Only keys that Podman 5.4 knows exist here: it refuses a file with any other.
 * Values are complete: whoever makes one has escaped it (`escape.ts`).
 */
export interface Quadlet {
  /** first lines of the file, for whoever opens it */
  comment: string;
  unit: Entry<UnitKey>[];
  container: Entry<ContainerKey>[];
  service: Entry<ServiceKey>[];
  install: Entry<'WantedBy'>[];
}

export type Entry<Key extends string> = [Key, string];

export type UnitKey = 'Description' | 'ConditionPathExists' | 'StartLimitIntervalSec';

export type ServiceKey =
  | 'Environment'
  | 'Restart'
  | 'RestartSec'
  | 'TimeoutStartSec'
  | 'TimeoutStopSec'
  | 'Type'
  | 'RemainAfterExit';

export type ContainerKey =
  | 'AddCapability'
  | 'AddHost'
  | 'ContainerName'
  | 'DropCapability'
  | 'Entrypoint'
  | 'Environment'
  | 'Exec'
  | 'Group'
  | 'HealthCmd'
  | 'HealthInterval'
  | 'HealthOnFailure'
  | 'HealthRetries'
  | 'HealthStartPeriod'
  | 'HealthTimeout'
  | 'HostName'
  | 'Image'
  | 'Label'
  | 'LogDriver'
  | 'LogOpt'
  | 'Mount'
  | 'Network'
  | 'NoNewPrivileges'
  | 'PidsLimit'
  | 'PodmanArgs'
  | 'PublishPort'
  | 'Pull'
  | 'ReadOnly'
  | 'ReadOnlyTmpfs'
  | 'RunInit'
  | 'SeccompProfile'
  | 'Secret'
  | 'StopSignal'
  | 'StopTimeout'
  | 'User'
  | 'UserNS'
  | 'WorkingDir';

/** @throws when a value would end its line or join it with the next one: it was not escaped */
export function serialize(quadlet: Quadlet): string {
  const sections: [string, Entry<string>[]][] = [
    ['Unit', quadlet.unit],
    ['Container', quadlet.container],
    ['Service', quadlet.service],
    ['Install', quadlet.install],
  ];
  const blocks = sections
    .filter(([, entries]) => entries.length > 0)
    .map(([name, entries]) => [`[${name}]`, ...entries.map(line)].join('\n'));
  return `# ${quadlet.comment}\n${blocks.join('\n\n')}\n`;
}

function line([key, value]: Entry<string>): string {
  if (/\p{Cc}|\\$/u.test(value)) throw new Error(`${key}=${JSON.stringify(value)} is not escaped`);
  return `${key}=${value}`;
}
