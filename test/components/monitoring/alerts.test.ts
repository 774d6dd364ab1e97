import { describe, expect, test } from '@jest/globals';
import { restartedContainer, restartLine, restartsFilter } from '../../../components/monitoring/alerts.ts';

// As Debian 13's journal has them, with Docker 26.1 and systemd 257.
const docker =
  'time="2026-11-21T14:53:26.438890302Z" level=info msg="ignoring event" container=d41c279e2f217feb5e7ac88bb4617fa68a4314b5ca4730994b827dfac1fe277e module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"';
const podman = 'cortex-admin-1a2b3c4.service: Scheduled restart job, restart counter is at 3.';

/** Google's log filters search with RE2, whose expressions these are too for JavaScript. */
const matches = (line: string) => new RegExp(restartLine).test(line);
const container = (line: string) => new RegExp(restartedContainer).exec(line)?.[1];

describe('a line of the journal', () => {
  test.each([
    [docker, 'd41c279e2f217feb5e7ac88bb4617fa68a4314b5ca4730994b827dfac1fe277e'],
    [podman, 'cortex-admin-1a2b3c4'],
  ])('tells which container ended: %s', (line, id) => {
    expect(matches(line)).toBe(true);
    expect(container(line)).toBe(id);
  });

  test.each([
    'Started cortex-admin-1a2b3c4.service.',
    'time="2026-11-21T14:53:26.439391970Z" level=info msg="shim disconnected" id=d41c279e namespace=moby',
    "cortex-admin-1a2b3c4.service: Failed with result 'exit-code'.",
  ])('tells of no restart: %s', (line) => expect(matches(line)).toBe(false));
});

test('the filter is of this VM', () => {
  expect(restartsFilter('4711')).toBe(
    'resource.type = "gce_instance" AND resource.labels.instance_id = "4711" AND jsonPayload.MESSAGE =~ "Scheduled restart job, restart counter is at|topic=/tasks/delete"',
  );
});
