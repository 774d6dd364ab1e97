import { expect, test } from '@jest/globals';
import { Registry } from '../../components/registry.ts';
import { vmFacts } from './gcpHost.ts';
import { declared, find, key } from './mocks.ts';

test('a registry is beside the VM, cleans up after itself, and lets the VM read', async () => {
  let registry: Registry | undefined;
  const resources = await declared(() => {
    registry = new Registry('cortex', vmFacts());
  });
  expect(registry?.url).toBe('europe-west1-docker.pkg.dev/my-project/cortex-prod');
  expect(resources.map(key)).toEqual([
    'Repository cortex-images',
    'RepositoryIamMember cortex-images-reader',
  ]);
  expect(find(resources, 'Repository cortex-images')).toMatchObject({
    repositoryId: 'cortex-prod',
    location: 'europe-west1',
    format: 'DOCKER',
    cleanupPolicies: [
      { id: 'delete-old', action: 'DELETE', condition: { tagState: 'ANY', olderThan: '2592000s' } },
      { id: 'keep-newest', action: 'KEEP', mostRecentVersions: { keepCount: 10 } },
    ],
    labels: { project: 'cortex', stack: 'prod' },
  });
  expect(find(resources, 'RepositoryIamMember cortex-images-reader')).toEqual({
    project: 'my-project',
    location: 'europe-west1',
    repository: 'cortex-prod',
    role: 'roles/artifactregistry.reader',
    member: 'serviceAccount:cortex-prod@my-project.iam.gserviceaccount.com',
  });
});
