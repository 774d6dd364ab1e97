import { describe, expect, test } from '@jest/globals';
import { catalog, containerfile, pinnedImage } from '../../../rehearsal/images/catalog.ts';

describe('catalog', () => {
  const images = catalog();
  const find = (reference: string) => {
    const image = images.find((one) => one.reference === reference);
    if (image === undefined) throw new Error(`no ${reference}`);
    return image;
  };

  test('has every image once', () => {
    const references = images.map((image) => image.reference);
    expect(new Set(references).size).toBe(references.length);
  });

  test('no two images are the same but for their name', () => {
    const contents = images.map((image) => containerfile(image, 'base'));
    expect(new Set(contents).size).toBe(contents.length);
  });

  test('has what runs in production, and the connector that compose.yaml pins', () => {
    for (const reference of ['97layer/cortex-admin:1.4.2', '97layer/cortex-editor:1.3.0']) find(reference);
    expect(images.filter((image) => image.reference.startsWith('cloudflare/cloudflared:'))).toHaveLength(2);
  });

  test('a service', () => {
    expect(containerfile(find('97layer/cortex-admin:1.4.4-broken'), 'base:1')).toBe(
      'FROM base:1\n' +
        'ENV CORTEX_VERSION=1.4.4-broken\n' +
        'ENV FAULT=unhealthy\n' +
        'EXPOSE 5001/tcp\n' +
        'CMD ["python","-m","cortex.admin"]\n',
    );
  });
});

describe('pinnedImage', () => {
  const compose = (image: string) => `services:\n  cortex-tunnel:\n    image: ${image}\n`;

  test('is the name and the tag', () => {
    expect(pinnedImage(compose('cloudflare/cloudflared:2026.1.0'), 'cortex-tunnel')).toBe(
      'cloudflare/cloudflared:2026.1.0',
    );
  });

  test.each(['cloudflare/cloudflared', '"${IMAGE}"', 'registry:5000/cloudflared', 'a:1@sha256:0123', '[]'])(
    'refuses %s',
    (image) => {
      expect(() => pinnedImage(compose(image), 'cortex-tunnel')).toThrow('services.cortex-tunnel.image');
    },
  );
});
