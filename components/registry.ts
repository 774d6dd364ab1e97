import * as repository from '@pulumi/gcp/artifactregistry/repository.js';
import * as repositoryMember from '@pulumi/gcp/artifactregistry/repositoryIamMember.js';
import * as pulumi from '@pulumi/pulumi';
import type { VmFacts } from './vm.ts';

/** Days after which an image goes, unless it is one of the newest of its name. */
const keptDays = 30;
const keptVersions = 10;

/** Where the stack's own images are: a repository beside the VM, which may read it and nothing else. */
export class Registry extends pulumi.ComponentResource {
  /** what an image's name begins with: `europe-west1-docker.pkg.dev/<project>/cortex-prod` */
  readonly url: string;
  /** for what pushes to it or pulls from it */
  readonly ready: pulumi.Resource[];

  constructor(name: string, vm: VmFacts, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:Registry', name, {}, opts);
    const { project, region: location, labels } = vm;
    const inside = { parent: this };

    const images = new repository.Repository(
      `${name}-images`,
      {
        repositoryId: vm.name,
        project,
        location,
        format: 'DOCKER',
        description: `Images of ${vm.name}`,
        // a version that both name is kept
        cleanupPolicies: [
          {
            id: 'delete-old',
            action: 'DELETE',
            condition: { tagState: 'ANY', olderThan: `${keptDays * 24 * 60 * 60}s` },
          },
          { id: 'keep-newest', action: 'KEEP', mostRecentVersions: { keepCount: keptVersions } },
        ],
        labels,
      },
      inside,
    );
    const reader = new repositoryMember.RepositoryIamMember(
      `${name}-images-reader`,
      {
        project,
        location,
        repository: images.repositoryId,
        role: 'roles/artifactregistry.reader',
        member: vm.member,
      },
      inside,
    );
    this.url = `${location}-docker.pkg.dev/${project}/${vm.name}`;
    this.ready = [images, reader];
    this.registerOutputs({ url: this.url });
  }
}
