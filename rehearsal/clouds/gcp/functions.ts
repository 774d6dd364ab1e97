import type { CloudFunction } from '../cloud.ts';
import { objectOf } from '../store.ts';
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

/** @throws as Google does, where there is no such machine */
export const getInstance: CloudFunction = ({ name, project, zone }, { store, config }) => {
  const id = `projects/${project ?? config.project}/zones/${zone ?? config.zone}/instances/${name}`;
  const found = store.get('gcp:compute/instance:Instance', id);
  if (!found) throw new Error(`Error 404: The resource '${id}' was not found, notFound`);
  const { bootDisk, ...inputs } = found.inputs;
  const { initializeParams, ...disk } = objectOf(bootDisk);
  return {
    ...inputs,
    ...found.outputs,
    id,
    bootDisks: [{ ...disk, initializeParams: initializeParams === undefined ? [] : [initializeParams] }],
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
