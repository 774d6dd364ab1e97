/**
 * How Quadlet 5.4 and systemd 257 read the words of a command, for the tests of what is written for them. Quadlet
 * splits the value into words and writes them out again; systemd splits that, and replaces `%x` and `$NAME`.
 * `test/e2e` asks the real ones.
 */
export function commandWords(value: string, variables: string[]): string[] {
  const rewritten = quadletSplit(value).map(quadletJoin).join(' ');
  return systemdSplit(rewritten).map((word) => expand(word, variables));
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '"': '"', "'": "'", s: ' ' };

/** A word as `"` quoted, `'` quoted and plain pieces with C escapes, and what follows it. */
function firstWord(text: string): { word: string; rest: string; quoted: boolean } {
  let word = '';
  let quote = '';
  let quoted = false;
  let i = 0;
  while (i < text.length) {
    const c = text.charAt(i);
    if (c === '\\') {
      const next = text.charAt(i + 1);
      const hex = /^x([0-9a-f]{2})/.exec(text.slice(i + 1));
      const plain = hex?.[1] ? String.fromCharCode(Number.parseInt(hex[1], 16)) : escapes[next];
      if (plain === undefined) throw new Error(`unsupported escape \\${next}`);
      word += plain;
      i += hex ? 4 : 2;
      continue;
    }
    i += 1;
    if (quote) {
      if (c === quote) quote = '';
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      quoted = true;
    } else if (/[ \t\n\r]/.test(c)) break;
    else word += c;
  }
  if (quote) throw new Error('unbalanced quotes');
  return { word, rest: text.slice(i).replace(/^[ \t\n\r]+/, ''), quoted };
}

/** Quadlet stops at the first empty word, quoted or not. */
function quadletSplit(value: string): string[] {
  const words: string[] = [];
  let text = value;
  while (text !== '') {
    const { word, rest } = firstWord(text);
    if (word === '') break;
    words.push(word);
    text = rest;
  }
  return words;
}

/** Quadlet quotes only what has white space, control characters, quotes or backslashes, in ASCII. */
function quadletJoin(word: string): string {
  const characters = [...word];
  if (!characters.some((c) => c <= ' ' || c === '\x7f' || `"'\\`.includes(c))) return word;
  return `"${characters.map(quadletEscape).join('')}"`;
}

function quadletEscape(c: string): string {
  const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };
  if (c < ' ' || c === '\x7f') return named[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return named[c] ?? c;
}

/** systemd ends a command at a `;` that stands alone. */
function systemdSplit(line: string): string[] {
  const words: string[] = [];
  let text = line;
  while (text !== '') {
    if (/^;(\s|$)/.test(text)) break;
    const { word, rest } = firstWord(text);
    words.push(word);
    text = rest;
  }
  return words;
}

function expand(word: string, variables: string[]): string {
  const values = new Map(
    variables.map((v): [string, string] => [v.slice(0, v.indexOf('=')), v.slice(v.indexOf('=') + 1)]),
  );
  const specified = word.replace(/%(.)?/g, (_, c) => {
    if (c !== '%') throw new Error(`specifier %${c} in ${JSON.stringify(word)}`);
    return '%';
  });
  return specified.replace(/\$(?:\$|\{(\w+)\}|\w+)/g, (found, name) =>
    found === '$$' ? '$' : (values.get(name) ?? ''),
  );
}

/** A record as Go's CSV reader takes it apart. */
export function csvFields(record: string): string[] {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/gsy;
  for (;;) {
    const found = field.exec(record);
    if (!found) throw new Error(`no field at ${field.lastIndex} of ${record}`);
    fields.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '') return fields;
  }
}
