import * as pulumi from '@pulumi/pulumi';
import { checkPage } from '../system/check.ts';
import { pageFile } from '../system/page.ts';

/** Warns when SYSTEM.md is not what the project declares; nothing else depends on it, so it never fails. */
export function warnAboutPage(root: string): void {
  try {
    const { found, expected } = checkPage(root);
    if (found !== expected)
      void pulumi.log.warn(`${pageFile} is not what is declared any more: npx cortex docs`);
  } catch (error) {
    // another stack's file, maybe: its own preview says what is wrong with it
    const [first] = `${(error as Error).message}`.split('\n');
    void pulumi.log.warn(`${pageFile} could not be checked: ${first}. npx cortex docs says more`);
  }
}
