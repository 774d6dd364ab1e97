/** What launchd is to do at each login. */
export interface Job {
  /** of the Podman machine */
  machine: string;
  /** absolute */
  podman: string;
  /** why the job is there: whoever finds it in a year reads this first */
  purpose: string;
}

/** The job's name, which is also its file's. */
export function label(machine: string): string {
  return `cortex.podman-machine.${machine}`;
}

/** A property list of launchd: https://www.manpagez.com/man/5/launchd.plist/ */
export function plist({ machine, podman, purpose }: Job): string {
  const argv = [podman, 'machine', 'start', machine];
  // no two dashes may stand in a comment of XML
  const comment = purpose.replace(/-(?=-)/g, '- ');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!--
  Purpose: ${comment}
  Written by: npx cortex launchd install -m ${machine}
  Taken away by: npx cortex launchd remove -m ${machine}
-->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escaped(label(machine))}</string>
  <key>ProgramArguments</key>
  <array>
${argv.map((word) => `    <string>${escaped(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
