import type { ResourceOperations, ResourceProvider } from './resourceProvider.ts';

/**
 * A provider that is loaded when it is configured. The engine starts one process more than it uses, which
 * only checks the configuration: that one answers without it.
 */
export function lazily(
  identity: Pick<ResourceProvider, 'name' | 'version'>,
  load: () => Promise<ResourceOperations>,
): ResourceProvider {
  let loading: Promise<ResourceOperations> | undefined;
  const loaded = () => {
    loading ??= load();
    return loading;
  };
  return {
    ...identity,
    // after the answer, for which the engine waits before it does anything else; who needs it is told what is wrong with it
    configure: () => void setImmediate(() => loaded().catch(() => {})),
    check: async (type, req) => (await loaded()).check(type, req),
    diff: async (type, req) => (await loaded()).diff(type, req),
    preview: async (type, req) => (await loaded()).preview?.(type, req) ?? req.news,
    create: async (type, req) => (await loaded()).create(type, req),
    read: async (type, req) => (await loaded()).read(type, req),
    update: async (type, req) => (await loaded()).update(type, req),
    delete: async (type, req) => (await loaded()).delete(type, req),
  };
}
