import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { receiptPage } from './page.ts';
import type { Receipt } from './receipt.ts';

/** Writes a receipt as JSON and as a page into a folder, and returns where the page is. */
export function writeReceipt(folder: string, receipt: Receipt): string {
  const time = new Date(receipt.startedAt).toISOString().slice(0, 19).replaceAll(':', '');
  const name = `${receipt.stack}-${time}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(receipt, null, 2)}\n`);
  const page = join(folder, `${name}.html`);
  writeFileSync(page, receiptPage(receipt));
  return page;
}
