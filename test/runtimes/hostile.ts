import fc from 'fast-check';

/** Text that some language between a Compose file and a process would like to interpret. */
export const hostile = [
  ...['', ' ', ';', '\\;', 'plain', 'two words', '  edges  ', '-x', '--', '--name=x'],
  ...['$HOME', '${HOME}', '${EMPTY}', '$', '$$', '%n', '%', '%%', '100%'],
  ...["it's", '"', '"quoted"', "'", '\\', '\\\\', 'end\\', '\\n', '`id`', '$(id)', '!x'],
  ...[
    'a\nb',
    '\n',
    '\t',
    '\r',
    '\x01',
    '\x1b[0m',
    '\x7f',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ufeffbom',
    'ü→✓😀',
  ],
  ...['#c', 'a # b', '; rm', '&& x', '|', '*', '~', '{}', '[x]', '=', 'a=b', ',', ':', '@x'],
  ...['null', 'yes', '1e3', '2001-01-01', '<<', 'CMD', 'NONE'],
];

/** Any text a process can be given, with the troublesome characters in it more often than chance would have it. */
export const anyText = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: fc.constantFrom(...`ab \t\n"'\\$%{};#-=,:ü\x01\x7f`), maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[\0\u0080]/.test(text)),
);
