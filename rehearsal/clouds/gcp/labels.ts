import type { PlainProps } from '../store.ts';

/** The label that the provider puts on everything, and what the labels come to with it. */
export function withLabels(inputs: PlainProps): PlainProps {
  const provisioned = { 'goog-pulumi-provisioned': 'true' };
  const labels = { ...provisioned, ...(inputs.labels as PlainProps | undefined) };
  return { pulumiLabels: labels, effectiveLabels: labels };
}
