import type { Host, InstanceInputs } from '../../provider/inputs.ts';
import type { ServiceSpec } from '../../spec/service.ts';

export const host: Host = {
  machineId: '0123456789abcdef0123456789abcdef',
  hostKey: 'ssh-ed25519 AAAA',
  account: { name: 'cortex', uid: 1000, subuidStart: 100000 },
  connection: { address: 'cortex-vm', port: 22, user: 'operator' },
};

export function spec(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name: 'web',
    image: 'example/web:1',
    entrypoint: null,
    command: ['serve'],
    environment: { GREETING: 'hello' },
    secrets: [],
    configs: [],
    user: null,
    workingDir: null,
    hostname: null,
    labels: {},
    readOnly: false,
    init: false,
    mounts: [],
    ports: [{ port: 8000, protocol: 'http', published: [{ address: '127.0.0.1', port: 5001 }] }],
    health: null,
    restart: 'always',
    stopGraceMs: 10_000,
    stopSignal: null,
    limits: { cpus: null, memoryBytes: null, pids: null },
    capDrop: [],
    capAdd: [],
    noNewPrivileges: false,
    seccomp: 'default',
    logging: { maxSizeBytes: null, maxFiles: null },
    networks: ['default'],
    dependsOn: [],
    rollout: 'rolling',
    peers: ['db'],
    ...changes,
  };
}

export function inputs(changes: Partial<InstanceInputs> = {}): InstanceInputs {
  return {
    host,
    stack: 'test',
    runtime: 'docker',
    name: 'web-1234567',
    spec: spec(),
    secrets: {},
    ...changes,
  };
}
