import { type Fault, interpolate, type Variables } from './interpolate.ts';

/** What is wrong on one line of an env file. */
export interface EnvFault extends Fault {
  line: number;
  found: string;
}

const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:[=:][ \t]*|$)/;

/**
 * Reads an env file as Compose does: NAME=value, comments, `export`, values in single quotes (as they
 * are) or double quotes (with escapes) over several lines, and variables in all but single quotes. A name
 * alone takes its value from the variables.
 */
export function parseEnvFile(text: string, variables: Variables, faults: EnvFault[]): Map<string, string> {
  const values = new Map<string, string>();
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const number = index + 1;
    const complain = (fault: Fault) => faults.push({ ...fault, line: number, found: JSON.stringify(line) });
    const match = assignment.exec(line);
    const name = match?.[1];
    if (!match || !name) {
      complain({ expected: 'NAME=value, with a name of letters, digits and _', fix: 'correct the line' });
      continue;
    }
    // what the file has set so far can be used further down; cortex:env comes first
    const known = { ...variables, env: { ...Object.fromEntries(values), ...variables.env } };
    const expand = (value: string) => {
      const found: Fault[] = [];
      const expanded = interpolate(value, known, found);
      found.forEach(complain);
      return expanded;
    };
    const rest = line.slice(match[0].length);
    if (!/[=:]/.test(match[0])) {
      values.set(name, expand(`\${${name}}`));
      continue;
    }
    const quote = rest[0];
    if (quote !== '"' && quote !== "'") {
      values.set(name, expand(rest.replace(/ #.*$/, '').trim()));
      continue;
    }
    const open = [rest.slice(1), ...lines.slice(index + 1)].join('\n');
    const end = closingQuote(open, quote);
    if (end < 0 || !/^[ \t]*(#.*)?$/.test(open.slice(end + 1).split('\n')[0] ?? '')) {
      complain({
        expected: `a closing ${quote} and nothing after it`,
        fix: 'close the quote, or escape it with \\',
      });
      continue;
    }
    const quoted = open.slice(0, end);
    index += quoted.split('\n').length - 1;
    values.set(name, quote === '"' ? expand(unescapeText(quoted)) : quoted.replaceAll("\\'", "'"));
  }
  return values;
}

function closingQuote(text: string, quote: string): number {
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote) return index;
  }
  return -1;
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$$' };

function unescapeText(text: string): string {
  return text.replace(/\\([nrt"\\$])/g, (_, char: string) => escapes[char] ?? char);
}
