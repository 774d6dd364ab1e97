import type { Kind } from '../kind.ts';
import { given } from './names.ts';
import { schema } from './rules.ts';

const metricSchema = (what: string) => schema('logging_metric', what);

export const metric: Kind = {
  configured: ['project'],
  replaces: {
    name: true,
    project: true,
    'metricDescriptor.labels.key': true,
    'metricDescriptor.labels.valueType': true,
  },
  rules: [
    {
      rule: 'matches',
      at: 'name',
      pattern: /^[A-Za-z0-9_\-.,+!*',()%][A-Za-z0-9_\-.,+!*',()%/]{0,99}$/,
      expected: "up to 100 letters, digits and _-.,+!*',()%/, the first no slash",
      source: metricSchema('name'),
    },
    {
      rule: 'atLeastOne',
      in: 'bucketOptions',
      of: ['linearBuckets', 'exponentialBuckets', 'explicitBuckets'],
      source: metricSchema('AtLeastOneOf'),
    },
  ],
  id: (draft) => `projects/${given(draft, 'project')}/metrics/${given(draft, 'name')}`,
};
