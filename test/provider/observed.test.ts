import { expect, test } from '@jest/globals';
import { observe } from '../../provider/observed.ts';

const container = { Config: { Env: ['TOKEN=hunter2', 'LOG_LEVEL=info'] } };

test('a secret in the environment of a container is not observed: what is, is kept in plain state', () => {
  const spec = { secretEnvironment: { TOKEN: 'env-TOKEN' } };
  expect(observe('docker', container, spec).environment).toEqual({ LOG_LEVEL: 'info' });
  expect(observe('docker', container, {}).environment).toEqual({ LOG_LEVEL: 'info', TOKEN: 'hunter2' });
});
