/** What the simulated clouds need done in the world: machines, disks and the edge are the rehearsal's. */
export interface CloudHooks {
  vms: VmHooks;
  disks: DiskHooks;
  edge: EdgeHooks;
  /** `sha256:…` of `name:tag` as a registry would tell; undefined: there is no such image */
  imageDigest(reference: string): Promise<string | undefined>;
}

/** A `gcp.compute.Instance`, resolved to names. */
export interface VmRequest {
  name: string;
  zone: string;
  machineType: string;
  metadata: Record<string, string>;
  networkInterfaces: { network: string; subnetwork: string; publicIp: boolean }[];
  /** persistent disks, in the order they are attached; the boot disk is the machine's own */
  attachedDisks: { name: string; deviceName: string; sizeGb: number; readOnly: boolean }[];
  /** e-mail of the account the machine runs as */
  serviceAccount: string | undefined;
  tags: string[];
}

export interface VmHooks {
  /** Boots a machine; throws when it does not come up, having cleaned up after itself. */
  create(vm: VmRequest): Promise<{ networkIp: string }>;
  exists(name: string): Promise<boolean>;
  /** Metadata, tags, machine type or disks changed. */
  update(vm: VmRequest): Promise<void>;
  /** Tolerates a machine that is not there. */
  destroy(name: string): Promise<void>;
}

/** Disks outlive the machines they are attached to. */
export interface DiskHooks {
  create(disk: { name: string; sizeGb: number }): Promise<void>;
  exists(name: string): Promise<boolean>;
  /** Only ever larger. */
  resize(disk: { name: string; sizeGb: number }): Promise<void>;
  destroy(name: string): Promise<void>;
}

/** What Cloudflare's network does: see rehearsal/edge. */
export interface EdgeHooks {
  /** `host:port` that connectors dial, as reachable from the machines */
  address: string;
  tunnels: {
    create(id: string, secret: string): void;
    /** connectors that are there stay */
    rotate(id: string, secret: string): void;
    delete(id: string): void;
    /** how many connectors take requests now */
    connectors(id: string): number;
  };
  routes: {
    set(hostname: string, tunnelId: string): void;
    delete(hostname: string): void;
  };
  /** which hostnames Access is in front of, from now on: these and no others */
  protect(applications: AccessApplication[]): void;
}

/** Access in front of a hostname, as the edge has to know it. */
export interface AccessApplication {
  hostname: string;
  /** `<team>.cloudflareaccess.com` */
  authDomain: string;
  /** the audience that it signs for */
  aud: string;
  /** the secrets that open it, each with the client that has it */
  credentials: { clientId: string; clientSecret: string /** epoch milliseconds */; expires: number }[];
  /** whether who has none is refused, rather than sent to log in */
  refuses: boolean;
}
