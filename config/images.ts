import { boolean, defaulted, fields, optional, text } from './read.ts';

/** Which images run, and where those that are built go. */
export interface ImagesConfig {
  /** whether tags are resolved to digests; undefined: unless it is a rehearsal, which has no registry */
  pin?: boolean;
  /** what the names of built images begin with, without a slash at the end; undefined: the stack's own registry */
  repository?: string;
  /** what images are built for */
  platform: string;
}

export const readImages = fields<ImagesConfig>({
  pin: optional(boolean),
  repository: optional(
    text({
      what: 'the first part of an image’s name, in lower case, with its registry',
      example: 'europe-west1-docker.pkg.dev/my-project/my-repository',
      pattern: /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/,
    }),
  ),
  platform: defaulted(
    text({
      what: 'an operating system and an architecture',
      example: 'linux/amd64',
      pattern: /^linux\/[a-z0-9/]+$/,
    }),
    'linux/amd64',
  ),
});
