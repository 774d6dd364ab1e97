import type { Language } from '../config/docs.ts';
import { secretNames, stackFile, stackNames } from '../config/files.ts';
import { ConfigError, removeCommand } from '../config/problem.ts';
import { isObject } from '../config/read.ts';
import type { RuntimeName } from '../spec/service.ts';
import { declaredStack } from './declared.ts';
import { type Environment, environment, rehearsed } from './environment.ts';

/** All stacks of the project, as their files declare them, and the language that they ask for. */
export interface Environments {
  environments: Environment[];
  language: Language;
}

/**
 * Reads the files of every stack: the page is the same, whoever renders it.
 *
 * @throws {ConfigError | ComposeError} with everything that is wrong with the first stack that is
 */
export function readEnvironments(root: string): Environments {
  const asked = new Map<Language, string>();
  // a stack that nobody has given its secrets yet is declared all the same
  const names = secretNames(root);
  const environments = stackNames(root).map((stack) => {
    const file = stackFile(root, stack);
    if (file['cortex:rehearsal'] === true) return rehearsal(stack, file);
    const { config, services } = declaredStack(root, stack, names);
    if (config.docs.language) asked.set(config.docs.language, stack);
    return environment(config, { services });
  });
  const [[language, stack] = ['en' as const, ''], other] = [...asked];
  if (other)
    throw new ConfigError(stack, [
      {
        key: 'cortex:docs.language',
        found: `${language}; stack '${other[1]}' says ${other[0]}`,
        expected: 'one language in all stacks, because there is one page',
        fix: removeCommand('cortex:docs.language'),
      },
    ]);
  // rehearsals last: nobody else uses them
  const order = ({ where }: Environment) => (where.kind === 'rehearsal' ? 1 : 0);
  return { environments: environments.sort((a, b) => order(a) - order(b)), language };
}

function rehearsal(stack: string, file: Record<string, unknown>): Environment {
  const services = isObject(file['cortex:services']) ? Object.entries(file['cortex:services']) : [];
  const others = services.flatMap(([name, own]) => (isObject(own) ? [[name, own.runtime]] : []));
  return rehearsed(
    stack,
    (file['cortex:runtime'] ?? 'docker') as RuntimeName,
    Object.fromEntries(others) as Environment['others'],
  );
}
