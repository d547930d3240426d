/** What an identifier can stand for. https://www.w3.org/TR/WGSL/#declaration-and-scope */

import type { Span } from '../wgsl/ast.ts';
import type { FunctionRecord } from './functionRecord.ts';
import type { Binding, ConstantValue, Override, Variable } from './program.ts';
import type { Type } from './wgslType.ts';

export type Meaning =
  | { readonly kind: 'type'; readonly type: Type }
  /** `vec3`, `array`, `texture_2d`: a type once it has its template arguments. */
  | { readonly kind: 'generator'; readonly name: string }
  /** An address space, access mode or texel format. */
  | { readonly kind: 'enumerant'; readonly name: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'constant'; readonly type: Type; readonly value: ConstantValue }
  | {
      readonly kind: 'override';
      readonly override: Override;
      readonly type: Type;
      readonly value: ConstantValue | null;
    }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'binding'; readonly binding: Binding }
  | { readonly kind: 'function'; readonly callee: FunctionRecord }
  /** A function, as long as its signature is not known: while the other declarations at module scope are checked. */
  | { readonly kind: 'functionName' }
  /** Its declaration did not check: what names it is dropped without another message. */
  | { readonly kind: 'broken' };

/** A module-scope declaration, and the overrides it depends on. */
export interface Global {
  readonly meaning: Meaning;
  readonly overrides: ReadonlySet<Override>;
  readonly span: Span;
}

/** For messages: `type 'f32'`. */
export function describe(meaning: Meaning, name: string): string {
  switch (meaning.kind) {
    case 'type':
    case 'generator':
      return `type '${name}'`;
    case 'enumerant':
      return `'${name}', which names an address space, access mode or format`;
    case 'builtin':
      return `built-in function '${name}'`;
    case 'constant':
      return `const '${name}'`;
    case 'override':
      return `override '${name}'`;
    case 'variable':
      return `var '${name}'`;
    case 'binding':
      return `'${name}'`;
    case 'function':
      return `function '${name}'`;
    case 'functionName':
      return `function '${name}' at module scope`;
    case 'broken':
      return `'${name}'`;
  }
}
