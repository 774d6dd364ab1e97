import type { CloudFunction } from '../cloud.ts';
import { numericId, selfLink } from './names.ts';

/** The images a family has: the newest of Debian 13. */
const families: Record<string, string> = { 'debian-13': 'debian-13-trixie-v20261012' };

export const getImage: CloudFunction = ({ family, name, project }, { config }) => {
  const image = typeof name === 'string' ? name : families[String(family)];
  if (!image) {
    throw new Error(
      `the simulated gcp cloud has no image family '${family}': it has ${Object.keys(families).join(', ')}`,
    );
  }
  const id = `projects/${project ?? config.project}/global/images/${image}`;
  return {
    id,
    name: image,
    project: project ?? config.project ?? '',
    family: family ?? null,
    selfLink: selfLink(id),
    imageId: numericId(id),
    status: 'READY',
    diskSizeGb: 10,
  };
};

export const getClientConfig: CloudFunction = (_args, { config }) => ({
  id: 'clientconfig',
  project: config.project ?? '',
  region: config.region ?? '',
  zone: config.zone ?? '',
  accessToken: 'a-simulated-cloud-has-no-tokens',
  defaultLabels: {},
});

export const getProject: CloudFunction = ({ projectId }, { config }) => {
  const project = String(projectId ?? config.project);
  return {
    id: `projects/${project}`,
    projectId: project,
    name: project,
    number: numericId(project).slice(0, 12),
  };
};
