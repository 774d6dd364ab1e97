import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { composeFile } from '../../runtimes/composeFile.ts';
import {
  csvRecord,
  jsonWords,
  quadletCommand,
  quadletWord,
  shellWords,
  systemdText,
} from '../../runtimes/escape.ts';
import { anyText, hostile } from './hostile.ts';
import { contextOf, minimal } from './services.ts';
import { commandWords, csvFields } from './systemd.ts';

const anyWords = fc.array(anyText, { minLength: 1, maxLength: 6 });

/** What the shell itself makes of the words. */
function shellReads(words: string[]): string[] {
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${shellWords(words)}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

describe('shellWords', () => {
  test('each hostile text is one word, unchanged', () => {
    expect(shellReads(hostile)).toEqual(hostile);
  });

  test('any text is one word, unchanged', () => {
    const check = (words: string[]) => expect(shellReads(words)).toEqual(words);
    fc.assert(fc.property(anyWords, check), { numRuns: 200 });
  });

  test('leaves plain words readable', () => {
    expect(shellWords(['docker', 'exec', 'a-b_1', '--x=/y', 'two words'])).toBe(
      "docker exec a-b_1 --x=/y 'two words'",
    );
  });
});

describe('quadletCommand', () => {
  const reads = (words: string[]) => {
    const { text, variables } = quadletCommand(words);
    expect(text).not.toMatch(/\p{Cc}/u);
    return commandWords(text, variables);
  };

  test('each hostile text is one word, unchanged, through Quadlet and systemd', () => {
    expect(reads(hostile)).toEqual(hostile);
  });

  test('any text is one word, unchanged, through Quadlet and systemd', () => {
    fc.assert(
      fc.property(anyWords, (words) => expect(reads(words)).toEqual(words)),
      { numRuns: 2000 },
    );
  });

  test('without its variables the words that need them would be lost', () => {
    expect(commandWords('a "" b', [])).toEqual(['a']);
    expect(commandWords('a ";" b', [])).toEqual(['a']);
  });

  test('declares only the variables it uses', () => {
    expect(quadletCommand(['a', 'b c'])).toEqual({ text: 'a "b c"', variables: [] });
    expect(quadletCommand(['', ';'])).toEqual({
      text: '${EMPTY} ${SEMICOLON}',
      variables: ['EMPTY=', 'SEMICOLON=;'],
    });
  });
});

describe('composeFile', () => {
  /** Compose's own replacement of variables, in an empty environment. */
  const interpolated = (text: string) =>
    text.replace(/\$(?:\$|\{[^}]*\}|[A-Za-z_]\w*)/g, (found) => (found === '$$' ? '$' : ''));
  const reads = (words: string[]) => {
    const spec = { ...minimal, command: words };
    const text = composeFile(spec, contextOf(spec));
    // what the parser of Compose refuses even between quotes
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029\ufeff]/u);
    const file = parse(text) as { services: Record<string, { command: string[] }> };
    return file.services['plain-1a2b3c4']?.command.map(interpolated);
  };

  test('each hostile text is one word, unchanged', () => {
    expect(reads(hostile)).toEqual(hostile);
  });

  test('any text is one word, unchanged', () => {
    fc.assert(
      fc.property(anyWords, (words) => expect(reads(words)).toEqual(words)),
      { numRuns: 300 },
    );
  });
});

test('jsonWords holds no control character and is read back unchanged', () => {
  const check = (words: string[]) => {
    expect(jsonWords(words)).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(jsonWords(words))).toEqual(words);
  };
  fc.assert(fc.property(anyWords, check));
});

test('csvRecord is read back as the same fields', () => {
  fc.assert(fc.property(anyWords, (fields) => expect(csvFields(csvRecord(fields))).toEqual(fields)));
  expect(csvRecord(['type=bind', 'source=/a,b', 'target="c"'])).toBe(
    'type=bind,"source=/a,b","target=""c"""',
  );
});

test('systemdText doubles what systemd replaces', () => {
  expect(systemdText('100% of /%h $HOME')).toBe('100%% of /%%h $HOME');
});

test('quadletWord is plain where nothing needs quotes', () => {
  expect(quadletWord('A_b=1,/x:y@z')).toBe('A_b=1,/x:y@z');
  expect(quadletWord('a=$b 1%')).toBe('"a=$$b 1%%"');
  expect(quadletWord('q="\\\n\x1b')).toBe('"q=\\"\\\\\\n\\x1b"');
});
