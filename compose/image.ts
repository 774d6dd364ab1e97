import type { Value } from './value.ts';

// [registry[:port]/]path[:tag][@digest], as the distribution reference grammar has it
const reference =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::([\w][\w.-]{0,127}))?(@sha256:[0-9a-f]{64})?$/;

/**
 * Reads `image`, which should name one version: what runs must not change without a change of the file. A floating
 * tag is told; every preview resolves it to a digest (cortex:images.pin). Of a service
 * that is built it is the name that the image gets, by default the service's own.
 */
export function readImage(name: string, service: Value): string {
  const image = service.get('image');
  const built = service.get('build').there;
  if (built && !image.there) return `${name}:latest`;
  const match = reference.exec(image.string());
  if (!image.there) {
    service.complain({
      found: '',
      expected: 'an `image`',
      fix: 'name an image and its tag: image: registry/name:1.2.3',
    });
  } else if (!match) {
    image.complain({
      expected: 'an image name in lower case and a tag',
      fix: 'write it as registry/name:1.2.3',
    });
  } else if (!built && !match[2] && (match[1] ?? 'latest') === 'latest') {
    image.complain({
      severity: 'warning',
      expected: 'a tag that stays what it is, or a digest: "latest" is another program after the next pull',
      fix: 'name the version that runs today: name:1.2.3 or name@sha256:...',
    });
  }
  return image.string();
}
