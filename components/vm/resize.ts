import * as pulumi from '@pulumi/pulumi';

/** Inputs of a VM that Google changes only while it is off; each as the configuration calls it. */
const stopping: Record<string, string> = { machineType: 'cortex:host.machineType' };

/** What a change of a VM in place means for those who use it, or undefined. */
export function restartNotice(
  name: string,
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
): string | undefined {
  const changed = Object.entries(stopping)
    .filter(([input]) => olds[input] !== news[input])
    .map(([input, key]) => `${key} ${String(olds[input])} => ${String(news[input])}`);
  if (changed.length === 0) return undefined;
  return `${changed.join(', ')} restarts VM ${name}: nothing is served for a minute or two. Data stays, and the services come back by themselves.`;
}

/** Says so, in the preview and in the update. The engine's own diff shows a change in place, and no more. */
export function sayRestart(name: string): pulumi.ResourceHookBinding {
  const hook = new pulumi.ResourceHook(
    `${name}-restart`,
    ({ oldInputs = {}, newInputs = {} }) => {
      const notice = restartNotice(name, oldInputs, newInputs);
      if (notice) void pulumi.log.warn(notice);
    },
    { onDryRun: true },
  );
  return { beforeUpdate: [hook] };
}
