/** Of a rehearsal from the policy pack: its hostnames are for this machine only, and its disk goes with it. */
export const rehearsalExceptions = {
  'access-on-admin-hostnames': { pattern: '^none$' },
  'protected-data-disk': 'disabled',
};
