import type { Command } from 'commander';
import { printJson, type Run, type StackOptions } from '../context.ts';
import { exit } from '../exit.ts';
import { check, type Preflight } from '../preflight/check.ts';
import { preflightText } from '../preflight/text.ts';

export function define(command: Command, run: Run): void {
  command
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Looks at everything that the first pulumi up needs: tools and their versions,
logins, the Google project (APIs, billing, quota), the Cloudflare token, zone
and names, and secrets. All that is wrong is told at once, each with what to
do. Then what the stack costs a month, and what it costs now, by the list
prices in preflight/cloud/prices.ts. Google is asked by gcloud, Cloudflare by
its API with CLOUDFLARE_API_TOKEN. Nothing is changed, and no secret is shown.

  refused  pulumi up would fail
  warning  it works, and something is to be known first
  unknown  nobody answered

Exit codes: 0 nothing is against it, 3 something is refused, 1 something is
unknown and nothing refused.

Examples:
  cortex preflight -s prod
  cortex preflight -s prod --json | jq .cost`,
    )
    .action(
      run(async (context, { stack, json }: StackOptions) => {
        const found = await check(context, stack);
        if (json) printJson(context, found);
        else context.out.write(preflightText(found));
        return code(found);
      }),
    );
}

function code({ areas }: Preflight): number {
  if (areas.some(({ findings }) => findings.some(({ severity }) => severity === 'refusal')))
    return exit.refused;
  return areas.some(({ unknown }) => unknown.length > 0) ? exit.error : exit.ok;
}
