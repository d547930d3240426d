/**
 * A reading of a WGSL program's declarations for the conformance scripts, independent of softgpu's front end: entry
 * points, bindings, overrides and types. Programs are assumed valid; what is not understood is left out.
 */
export interface WgslType {
  readonly name: string;
  readonly args: readonly WgslType[];
  /** The tokens of an argument that is no type, for example the count of an array. */
  readonly tokens: readonly string[];
}

export interface Binding {
  readonly group: number;
  readonly binding: number;
  readonly name: string;
  readonly space: 'uniform' | 'storage' | 'handle';
  readonly writable: boolean;
  readonly type: WgslType;
}

export interface Declarations {
  readonly structs: ReadonlyMap<string, readonly Member[]>;
  readonly aliases: ReadonlyMap<string, WgslType>;
  /** The initializers of module-scope `const` and `override` declarations. */
  readonly constants: ReadonlyMap<string, readonly string[]>;
  readonly bindings: readonly Binding[];
  readonly overrides: readonly { readonly key: string; readonly hasDefault: boolean }[];
  readonly entryPoints: readonly { readonly name: string; readonly stage: string }[];
  /** Which identifiers the text of each module-scope declaration mentions. */
  readonly mentions: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Member {
  readonly name: string;
  readonly type: WgslType;
  readonly align: number | undefined;
  readonly size: number | undefined;
}

/** The program without comments; block comments nest. */
export function withoutComments(source: string): string {
  let out = '';
  for (let at = 0; at < source.length; ) {
    if (source.startsWith('//', at)) {
      const end = source.slice(at).search(/[\n\r\v\f\u0085\u2028\u2029]/);
      at = end < 0 ? source.length : at + end;
    } else if (source.startsWith('/*', at)) {
      at = endOfBlockComment(source, at);
      out += ' ';
    } else {
      out += source[at++];
    }
  }
  return out;
}

function endOfBlockComment(source: string, at: number): number {
  for (let depth = 0; at < source.length; ) {
    if (source.startsWith('/*', at)) depth++;
    else if (source.startsWith('*/', at)) depth--;
    else {
      at++;
      continue;
    }
    at += 2;
    if (depth === 0) return at;
  }
  return at;
}

export function tokensOf(source: string): string[] {
  return withoutComments(source).match(/[\p{XID_Start}_][\p{XID_Continue}]*|(?:0[xX])?[\d.][\w.]*|\S/gu) ?? [];
}

interface Attribute {
  readonly name: string;
  readonly args: readonly string[];
}

/** One module-scope declaration: its attributes and its tokens, from the keyword to before `;` or through the last `}`. */
interface Piece {
  readonly attributes: readonly Attribute[];
  readonly tokens: readonly string[];
}

export function readDeclarations(source: string): Declarations {
  const structs = new Map<string, readonly Member[]>();
  const aliases = new Map<string, WgslType>();
  const constants = new Map<string, readonly string[]>();
  const bindings: Binding[] = [];
  const overrides: { key: string; hasDefault: boolean }[] = [];
  const entryPoints: { name: string; stage: string }[] = [];
  const mentions = new Map<string, ReadonlySet<string>>();
  for (const { attributes, tokens } of pieces(tokensOf(source))) {
    const [keyword, name = ''] = tokens;
    const initializer = tokens.includes('=') ? tokens.slice(tokens.indexOf('=') + 1) : undefined;
    if (keyword === 'struct') structs.set(name, membersOf(tokens.slice(3, -1)));
    if (keyword === 'alias') aliases.set(name, typeAt(tokens, 3).type);
    if (keyword === 'const' || keyword === 'override') constants.set(name, initializer ?? []);
    if (keyword === 'override') {
      const id = attributes.find((attribute) => attribute.name === 'id')?.args[0];
      overrides.push({ key: id === undefined ? name : String(Number.parseInt(id, 10)), hasDefault: !!initializer });
    }
    if (keyword === 'fn') {
      const stage = attributes.find((attribute) => /^(compute|vertex|fragment)$/.test(attribute.name))?.name;
      if (stage) entryPoints.push({ name, stage });
    }
    if (keyword === 'var') {
      const binding = bindingOf(attributes, tokens);
      if (binding) bindings.push(binding);
      mentions.set(binding?.name ?? variableName(tokens), new Set(tokens));
    } else if (keyword) {
      mentions.set(name, new Set([...tokens, ...attributes.flatMap(({ args }) => args)]));
    }
  }
  return { structs, aliases, constants, bindings, overrides, entryPoints, mentions };
}

/** The bindings whose names are reached from an entry point; a local variable of the same name counts as well. */
export function bindingsOf({ mentions, bindings }: Declarations, entryPoint: string): Binding[] {
  const reached = new Set<string>();
  const open = [entryPoint];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const mentioned of mentions.get(name) ?? []) if (mentions.has(mentioned)) open.push(mentioned);
  }
  return bindings.filter(({ name }) => reached.has(name));
}

function* pieces(tokens: readonly string[]): Generator<Piece> {
  let attributes: Attribute[] = [];
  for (let at = 0; at < tokens.length; ) {
    if (tokens[at] === '@') {
      const end = tokens[at + 2] === '(' ? endOfGroup(tokens, at + 2) : at + 2;
      attributes.push({ name: tokens[at + 1] ?? '', args: tokens.slice(at + 3, end - 1) });
      at = end;
      continue;
    }
    const start = at;
    const braces = tokens[at] === 'struct' || tokens[at] === 'fn';
    while (at < tokens.length && tokens[at] !== (braces ? '{' : ';'))
      at = tokens[at] === '(' ? endOfGroup(tokens, at) : at + 1;
    if (braces) at = endOfGroup(tokens, at);
    if (at > start) yield { attributes, tokens: tokens.slice(start, at) };
    attributes = [];
    if (!braces || tokens[at] === ';') at++;
  }
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/** The place after the token that closes the group opened at `at`. */
function endOfGroup(tokens: readonly string[], at: number): number {
  const opening = tokens[at] ?? '';
  for (let depth = 0; at < tokens.length; at++) {
    if (tokens[at] === opening) depth++;
    if (tokens[at] === CLOSING[opening] && --depth === 0) return at + 1;
  }
  return at;
}

/** `name`, or `name<argument, ...>`. */
function typeAt(tokens: readonly string[], at: number): { readonly type: WgslType; readonly end: number } {
  const name = tokens[at] ?? '';
  if (tokens[at + 1] !== '<') return { type: { name, args: [], tokens: [name] }, end: at + 1 };
  const args: WgslType[] = [];
  at += 2;
  while (at < tokens.length && tokens[at] !== '>') {
    const { type, end } = typeAt(tokens, at);
    if (tokens[end] === ',' || tokens[end] === '>') {
      args.push(type);
      at = end;
    } else {
      const expression = untilComma(tokens, at);
      args.push({ name: '', args: [], tokens: expression });
      at += expression.length;
    }
    if (tokens[at] === ',') at++;
  }
  return { type: { name, args, tokens: [name] }, end: at + 1 };
}

function untilComma(tokens: readonly string[], at: number): string[] {
  const start = at;
  while (at < tokens.length && tokens[at] !== ',' && tokens[at] !== '>')
    at = tokens[at] === '(' ? endOfGroup(tokens, at) : at + 1;
  return tokens.slice(start, at);
}

function membersOf(tokens: readonly string[]): Member[] {
  const members: Member[] = [];
  let align: number | undefined;
  let size: number | undefined;
  for (let at = 0; at < tokens.length; ) {
    if (tokens[at] === ',' || tokens[at] === ';') {
      at++;
    } else if (tokens[at] === '@') {
      const end = tokens[at + 2] === '(' ? endOfGroup(tokens, at + 2) : at + 2;
      if (tokens[at + 1] === 'align') align = Number.parseInt(tokens[at + 3] ?? '', 10);
      if (tokens[at + 1] === 'size') size = Number.parseInt(tokens[at + 3] ?? '', 10);
      at = end;
    } else {
      const { type, end } = typeAt(tokens, at + 2);
      members.push({ name: tokens[at] ?? '', type, align, size });
      align = undefined;
      size = undefined;
      at = end;
    }
  }
  return members;
}

function bindingOf(attributes: readonly Attribute[], tokens: readonly string[]): Binding | undefined {
  const number = (name: string) =>
    Number.parseInt(attributes.find((attribute) => attribute.name === name)?.args[0] ?? '', 10);
  if (!attributes.some(({ name }) => name === 'binding')) return undefined;
  const template = tokens[1] === '<' ? tokens.slice(2, tokens.indexOf('>')) : [];
  const { type } = typeAt(tokens, tokens.indexOf(':') + 1);
  const space = template[0] === 'uniform' || template[0] === 'storage' ? template[0] : 'handle';
  const writable = space === 'storage' && /^(read_)?write$/.test(template[2] ?? '');
  return { group: number('group'), binding: number('binding'), name: variableName(tokens), space, writable, type };
}

function variableName(tokens: readonly string[]): string {
  return tokens[tokens[1] === '<' ? tokens.indexOf('>') + 1 : 1] ?? '';
}
