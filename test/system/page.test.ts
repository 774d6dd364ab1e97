import { describe, expect, test } from '@jest/globals';
import { sectionOf, withSection } from '../../system/page.ts';

const page = withSection('# Ours\n\ntext\n', 'rendered');

describe('the page', () => {
  test('gets the section at its end at first, between markers', () => {
    expect(page).toBe(
      '# Ours\n\ntext\n\n<!-- cortex docs: begin -->\n\nrendered\n\n<!-- cortex docs: end -->\n',
    );
    expect(withSection('', 'x')).toBe('<!-- cortex docs: begin -->\n\nx\n\n<!-- cortex docs: end -->\n');
  });

  test('keeps what people wrote, before and after it', () => {
    const around = `before\n${page}after\n`;
    const next = withSection(around, 'other');
    expect(next).toBe(around.replace('rendered', 'other'));
    expect(withSection(next, 'rendered')).toBe(around);
  });

  test('has no section without both markers, in their order', () => {
    expect(sectionOf(page)).toBe('rendered');
    expect(sectionOf('')).toBeUndefined();
    expect(sectionOf(page.replace('<!-- cortex docs: end -->', ''))).toBeUndefined();
    expect(sectionOf('<!-- cortex docs: end -->\nx\n<!-- cortex docs: begin -->')).toBeUndefined();
  });
});
