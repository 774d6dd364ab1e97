/** What can stand for an image: no white space, nothing a shell, Compose, Quadlet or an engine's flags would take for theirs. */
export const imagePattern = /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/;

/**
 * The image's name with its registry, which Docker assumes and Podman wants to be told:
 * `97layer/cortex-admin:1.4.2` → `docker.io/97layer/cortex-admin:1.4.2`.
 */
export function qualifiedImage(image: string): string {
  const first = image.split('/')[0] ?? '';
  if (!image.includes('/')) return `docker.io/library/${image}`;
  return /[.:]/.test(first) || first === 'localhost' ? image : `docker.io/${image}`;
}
