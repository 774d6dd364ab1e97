/** What the typings say in words only. */

/** Whether the documentation of a property says that a change of it makes a new resource. */
export function forcesReplacement(documentation: string): boolean {
  return /forces a new |must be recreated to modify|forces the instance to be recreated|will cause the instance to recreate/.test(
    plain(documentation),
  );
}

// The list must be the whole sentence: a list that goes on in other words is not understood, so not used.
const listed =
  /(?:Possible|Available) values(?: are)?: ?((?:[`"][^`"]*[`"](?:, and |, or |, | and | or | )?)+)(?:\.(?: |$)|$)/;

/**
 * The values that the documentation lists as the only ones, after `Possible values are:` or
 * `Available values:`. Pulumi's documentation is converted from Terraform's and spells some of them in
 * camel case or with asterisks (`nonIdentity`, `self*hosted`): what the API takes is snake case.
 */
export function allowedValues(documentation: string): string[] | undefined {
  const list = listed.exec(plain(documentation))?.[1];
  if (!list) return undefined;
  return [...list.matchAll(/[`"]([^`"]*)[`"]/g)].map((match) => snakeCase(match[1] as string));
}

function snakeCase(value: string): string {
  if (!/^[a-z][A-Za-z0-9*]*$/.test(value)) return value;
  return value.replaceAll('*', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The comment's text on one line. */
function plain(documentation: string): string {
  return documentation
    .replace(/^\s*\/?\*+\/?/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
