/** What can stand for an image: no white space, nothing a shell, Compose, Quadlet or an engine's flags would take for theirs. */
export const imagePattern = /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/;

/**
 * The image's name with its registry, which Docker assumes and Podman wants to be told:
 * `97layer/cortex-admin:1.4.2` → `docker.io/97layer/cortex-admin:1.4.2`. With a digest the tag says nothing, and
 * no engine lists an image by both: `name:1.4.2@sha256:…` → `docker.io/library/name@sha256:…`.
 */
export function qualifiedImage(image: string): string {
  const one = image.replace(/:[^:/@]+(?=@)/, '');
  const first = one.split('/')[0] ?? '';
  if (!one.includes('/')) return `docker.io/library/${one}`;
  return /[.:]/.test(first) || first === 'localhost' ? one : `docker.io/${one}`;
}

/** Whether `image` is the declared one, with the digest that it had, or, if it was built, from where it was pushed to. */
export function isDeclared(image: string, declared: string): boolean {
  const tagged = declared.includes('@') ? image : image.replace(/@.*$/, '');
  return tagged === declared || tagged.endsWith(`/${declared}`);
}
