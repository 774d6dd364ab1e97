/** What changed in a file of configuration, as `diff -u` writes it, one entry a line. */
export interface ConfigDiff {
  file: string;
  lines: string[];
}

/** Takes a unified diff apart. What is encrypted is left out as well: nobody learns anything from it. */
export function configDiff(file: string, unified: string): ConfigDiff {
  const lines = unified.split('\n').filter((line) => line !== '' && !/^(---|\+\+\+|@@)/.test(line));
  return { file, lines: lines.map((line) => line.replace(/(\bsecure: *).*/, '$1[secret]')) };
}
