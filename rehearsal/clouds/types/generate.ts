/**
 * Writes `<provider>.json` from the typings in node_modules: `node rehearsal/clouds/types/generate.ts`,
 * after a change of `sources.ts` or an update of a provider's package.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Properties, Property, ResourceSchema, Schema } from '../schema.ts';
import { allowedValues, forcesReplacement } from './documentation.ts';
import { type ProviderName, providerNames, sources } from './sources.ts';

const root = join(import.meta.dirname, '../../..');

/** Reads what the package's typings say about the sources. */
export function generate(provider: ProviderName): Schema {
  const directory = join(root, 'node_modules/@pulumi', provider);
  const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return new Typings(directory).schema(name, version, sources[provider]);
}

/** The typings of one package. Syntax is enough: no program, no checker. */
class Typings {
  readonly #directory: string;
  readonly #interfaces: Map<string, ts.InterfaceDeclaration>;
  readonly #types: Record<string, Properties> = {};

  constructor(directory: string) {
    this.#directory = directory;
    this.#interfaces = interfacesOf(this.#parse('types/input'));
  }

  schema(
    name: string,
    version: string,
    { resources, functions }: { resources: string[]; functions: string[] },
  ) {
    return {
      package: name,
      version,
      config: this.#properties(interfaceOf(this.#parse('provider'), 'ProviderArgs')),
      resources: Object.fromEntries(resources.map((module) => this.#resource(module))),
      functions: Object.fromEntries(functions.map((module) => this.#function(module))),
      types: sorted(this.#types),
    } satisfies Schema;
  }

  #resource(module: string): [string, ResourceSchema] {
    const source = this.#parse(module);
    const declaration = source.statements.find(ts.isClassDeclaration);
    if (!declaration?.name) throw new Error(`${source.fileName}: no class found`);
    const inputs = this.#properties(interfaceOf(source, `${declaration.name.text}Args`));
    const readable = declaration.members.filter(ts.isPropertyDeclaration).map(nameOf);
    return [
      this.#token(module, /__pulumiType = '([^']+)'/),
      { inputs, outputs: readable.filter((property) => !(property in inputs)) },
    ];
  }

  #function(module: string): [string, ResourceSchema] {
    const source = this.#parse(module);
    const name = capitalized(module.split('/').at(-1) ?? '');
    const args = interfacesOf(source).get(`${name}Args`);
    const inputs = args ? this.#properties(args) : {};
    const result = interfaceOf(source, `${name}Result`).members.filter(ts.isPropertySignature).map(nameOf);
    return [
      this.#token(module, /runtime\.invoke\("([^"]+)"/),
      { inputs, outputs: result.filter((property) => !(property in inputs)) },
    ];
  }

  #properties(declaration: ts.InterfaceDeclaration): Properties {
    const properties: Properties = {};
    for (const member of declaration.members) {
      if (!ts.isPropertySignature(member) || !member.type) continue;
      const documentation = ts
        .getJSDocCommentsAndTags(member)
        .map((part) => part.getText())
        .join('\n');
      const property: Property = { type: this.#type(member.type) };
      if (!member.questionToken) property.required = true;
      const values = this.#enumeration(member.type) ?? allowedValues(documentation);
      if (property.type === 'string' && values) property.values = values;
      if (forcesReplacement(documentation)) property.replaces = true;
      properties[nameOf(member)] = property;
    }
    return properties;
  }

  #type(node: ts.TypeNode): string {
    if (node.kind === ts.SyntaxKind.StringKeyword) return 'string';
    if (node.kind === ts.SyntaxKind.NumberKeyword) return 'number';
    if (node.kind === ts.SyntaxKind.BooleanKeyword) return 'boolean';
    if (ts.isArrayTypeNode(node)) return `[${this.#type(node.elementType)}]`;
    if (ts.isParenthesizedTypeNode(node)) return this.#type(node.type);
    if (ts.isUnionTypeNode(node)) return this.#union(node);
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      if (index) return `{${this.#type(index.type)}}`;
    }
    if (ts.isTypeReferenceNode(node)) return this.#reference(node);
    return 'any';
  }

  #union(node: ts.UnionTypeNode): string {
    const types = new Set(
      node.types
        .filter((type) => type.kind !== ts.SyntaxKind.UndefinedKeyword)
        .map((type) => this.#type(type)),
    );
    if (types.size === 1) return [...types][0] as string;
    // `string | Network`: the SDK sends the resource's id.
    return types.has('string') ? 'string' : 'any';
  }

  #reference(node: ts.TypeReferenceNode): string {
    const name = node.typeName.getText();
    const argument = node.typeArguments?.[0];
    if (name === 'pulumi.Input' && argument) return this.#type(argument);
    if (name.startsWith('enums.')) return 'string';
    if (!name.startsWith('inputs.')) return 'any';
    const nested = name.slice('inputs.'.length);
    if (!(nested in this.#types)) {
      const declaration = this.#interfaces.get(nested);
      if (!declaration) throw new Error(`${this.#directory}: no input type '${nested}' found`);
      this.#types[nested] = {}; // types may refer to themselves
      this.#types[nested] = this.#properties(declaration);
    }
    return nested;
  }

  /** The values of `enums.local.Logging`. */
  #enumeration(node: ts.TypeNode): string[] | undefined {
    const reference = /\benums\.([\w.]+)/.exec(node.getText())?.[1];
    if (!reference) return undefined;
    const path = reference.split('.');
    const name = path.pop();
    const source = this.#parse(join('types/enums', ...path, 'index'));
    const text = new RegExp(`const ${name}: \\{([^}]*)\\}`, 's').exec(source.text)?.[1];
    return [...(text ?? '').matchAll(/readonly \w+: "([^"]*)"/g)].map((match) => match[1] as string);
  }

  #token(module: string, pattern: RegExp): string {
    const token = pattern.exec(readFileSync(join(this.#directory, `${module}.js`), 'utf8'))?.[1];
    if (!token) throw new Error(`${this.#directory}/${module}.js: no token found`);
    return token;
  }

  #parse(module: string): ts.SourceFile {
    const file = join(this.#directory, `${module}.d.ts`);
    if (!existsSync(file)) return ts.createSourceFile(file, '', ts.ScriptTarget.Latest, true);
    return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  }
}

/** Interfaces by name, with the namespaces they are in. */
function interfacesOf(
  node: ts.Node,
  prefix = '',
  found = new Map<string, ts.InterfaceDeclaration>(),
): Map<string, ts.InterfaceDeclaration> {
  ts.forEachChild(node, (child) => {
    if (ts.isInterfaceDeclaration(child)) found.set(prefix + child.name.text, child);
    if (ts.isModuleDeclaration(child) && child.body) {
      interfacesOf(child.body, `${prefix}${child.name.text}.`, found);
    }
  });
  return found;
}

function interfaceOf(source: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const declaration = interfacesOf(source).get(name);
  if (!declaration) throw new Error(`${source.fileName}: no interface '${name}' found`);
  return declaration;
}

function nameOf(member: ts.PropertySignature | ts.PropertyDeclaration): string {
  return member.name.getText();
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (process.argv[1] === import.meta.filename) {
  const files = providerNames.map((provider) => {
    const file = join(import.meta.dirname, `${provider}.json`);
    writeFileSync(file, JSON.stringify(generate(provider), null, 2));
    return file;
  });
  execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', ...files], { stdio: 'inherit' });
}
