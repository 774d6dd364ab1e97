/** Compose's variables in values: `$NAME`, `${NAME}`, `${NAME:-default}` and their kin. */

/** Where the values come from. */
export interface Variables {
  env: Readonly<Record<string, string>>;
  /** names whose values must never get into the file's text */
  secretNames: readonly string[];
}

/** Why a variable could not be replaced. */
export interface Fault {
  expected: string;
  fix: string;
}

const variable = /\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|\{)/g;
const inBraces = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([\s\S]*))?$/;

/**
 * Replaces the variables of one value. A lone `$` that starts no variable stays, as in Compose.
 * A variable that is not set is a fault, where Compose would put nothing in its place.
 */
export function interpolate(text: string, variables: Variables, faults: Fault[]): string {
  const pattern = new RegExp(variable);
  let result = '';
  let position = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    result += text.slice(position, match.index);
    const [all, dollar, name] = match;
    position = match.index + all.length;
    if (dollar) {
      result += dollar;
    } else if (name) {
      result += required(name, variables, faults);
    } else {
      const end = closingBrace(text, position - 1);
      const inner = inBraces.exec(text.slice(position, end));
      if (end < 0 || !inner?.[1]) {
        faults.push({
          expected: 'a variable such as ${NAME} or ${NAME:-default}',
          fix: 'mend the braces, or write $$ for a dollar sign',
        });
        return result;
      }
      result += substitute(inner[1], inner[2] ?? '', inner[3] ?? '', variables, faults);
      position = end + 1;
    }
    pattern.lastIndex = position;
  }
  return result + text.slice(position);
}

/** `operator` is one of '', '-', ':-', '?', ':?', '+', ':+'; with a colon an empty value counts as unset. */
function substitute(
  name: string,
  operator: string,
  word: string,
  variables: Variables,
  faults: Fault[],
): string {
  if (operator === '') return required(name, variables, faults);
  if (variables.secretNames.includes(name)) {
    faults.push(secretFault(name));
    return '';
  }
  const value = lookUp(name, variables);
  const set = value !== undefined && !(operator.startsWith(':') && value === '');
  switch (operator.at(-1)) {
    case '-':
      return set ? value : interpolate(word, variables, faults);
    case '+':
      // unset gives nothing here, which is what this form is for
      return set ? interpolate(word, variables, faults) : (value ?? '');
    default: {
      if (set) return value;
      const reason = interpolate(word, variables, faults);
      faults.push({ expected: `a value for ${name}${reason === '' ? '' : `: ${reason}`}`, fix: setIt(name) });
      return '';
    }
  }
}

function required(name: string, variables: Variables, faults: Fault[]): string {
  const value = lookUp(name, variables);
  if (variables.secretNames.includes(name)) {
    faults.push(secretFault(name));
  } else if (value === undefined) {
    faults.push({
      expected: `a value for ${name}, which is not in cortex:env, or a default: \${${name}:-...}`,
      fix: setIt(name),
    });
  }
  return value ?? '';
}

function lookUp(name: string, variables: Variables): string | undefined {
  return Object.hasOwn(variables.env, name) ? variables.env[name] : undefined;
}

/** The way out for a secret that is used as a plain value. */
export function secretFault(name: string): Fault {
  const secret = name.toLowerCase().replaceAll('_', '-');
  return {
    expected: `no plain use of ${name}: it is in cortex:secrets, whose values are delivered as files only`,
    fix:
      `under the top-level \`secrets:\` add ${secret}: {environment: ${name}}, list ${secret} in the ` +
      `service's \`secrets:\`, and tell it the file: ${name}_FILE: /run/secrets/${secret}`,
  };
}

function setIt(name: string): string {
  return `pulumi config set --path 'cortex:env.${name}' VALUE`;
}

/** The brace that closes the one at `open`; as in Compose, braces inside count, whatever they belong to. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    if (text[index] === '{') depth += 1;
    if (text[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}
