/** What is known of a volume, as the container that mounts it sees it. */
export interface DataState {
  /** `<uid>:<gid>` of the mounted directory */
  owner: string;
  /** its permissions in octal, such as `0755` */
  mode: string;
  files: number;
  /** a digest of all contents; null above the size up to which contents are compared */
  hash: string | null;
}

/** A volume before a deployment and after it; null where there was none, or nobody could look. */
export interface DataIdentity {
  volume: string;
  before: DataState | null;
  after: DataState | null;
}

/** Whether it is the same data: `unknown` where one side could not be read. */
export function compareData({ before, after }: DataIdentity): 'same' | 'different' | 'unknown' {
  if (before === null || after === null) return 'unknown';
  const fields: (keyof DataState)[] = ['owner', 'mode', 'files', 'hash'];
  return fields.every((field) => before[field] === after[field]) ? 'same' : 'different';
}
