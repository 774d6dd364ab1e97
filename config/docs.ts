import { fields, optional, word } from './read.ts';

/** The languages that SYSTEM.md can be in. */
export const languages = ['en', 'ko'] as const;
export type Language = (typeof languages)[number];

export interface DocsConfig {
  /** undefined: as other stacks say, or English */
  language?: Language;
}

export const readDocs = fields<DocsConfig>({ language: optional(word(languages)) });
