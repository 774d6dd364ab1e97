import { createHash } from 'node:crypto';

/** Where things of a stack lie on a host; the shell library knows the same paths. */
export const directories = {
  instance: (stack: string, service: string, instance: string) =>
    `/var/lib/containerhost/${stack}/${service}/instances/${instance}`,
  volume: (stack: string, volume: string) => `/srv/containerhost/${stack}/volumes/${volume}`,
  project: (stack: string, source: string) => `/srv/containerhost/${stack}/projects/${projectName(source)}`,
};

/** A folder name for a path of the project: readable, and never the same for two paths. */
function projectName(source: string): string {
  const readable = source.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-|-$/g, '');
  return `${readable}-${createHash('sha256').update(source).digest('hex').slice(0, 6)}`;
}
