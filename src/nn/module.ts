import { copyInto } from '../tensor/engine/copyInto.ts';
import { isTensor, tidy } from '../tensor/engine/scope.ts';
import { formatShape, sameShape } from '../tensor/engine/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { PackedParameter } from './packedParameter.ts';
import { type Role, roleOf } from './parameter.ts';

/** Tensors by name, as files and other modules give them. */
export type StateDict = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

/** A state dict does not fit the module; the message lists everything that is wrong. Nothing was loaded. */
export class StateDictError extends Error {
  override readonly name = 'StateDictError';
  constructor(
    message: string,
    readonly missing: readonly string[],
    readonly unexpected: readonly string[],
    readonly mismatched: readonly string[],
  ) {
    super(message);
  }
}

interface Entry {
  readonly name: string;
  readonly tensor: Tensor;
  readonly role: Role;
}

/**
 * A part of a model: its fields are parameters, buffers, other modules and lists of modules, and their paths are the
 * names in the state dict. `forward` runs in a `tidy` scope of its own, so intermediates die layer by layer.
 */
export abstract class Module {
  /** Dropout draws and batch statistics are used while true. Set by `train()` and `eval()`. */
  training = true;

  constructor() {
    const forward = this.forward as (...args: unknown[]) => unknown;
    this.forward = (...args: unknown[]) => tidy(() => forward.apply(this, args) as never);
  }

  // Subclasses name their own arguments; `never` lets every signature override this one.
  abstract forward(...args: never[]): unknown;

  /** What an optimizer updates: each parameter once, packed ones whole. */
  parameters(): Tensor[] {
    const found = new Set<Tensor>();
    this.#visit('', (_, field) => {
      if (field instanceof PackedParameter) found.add(field.whole);
      else if (isTensor(field) && roleOf(field) === 'parameter') found.add(field);
    });
    return [...found];
  }

  /** Parameters by their names in the state dict, each with its own `grad`. */
  namedParameters(): Map<string, Tensor> {
    return new Map(this.#entries().flatMap(({ name, tensor, role }) => (role === 'parameter' ? [[name, tensor]] : [])));
  }

  /** Parameters and buffers by name: the module's own tensors, not copies. */
  stateDict(): Map<string, Tensor> {
    return new Map(this.#entries().map(({ name, tensor }) => [name, tensor]));
  }

  /**
   * Copies values into the parameters and buffers of the same names.
   *
   * @throws StateDictError listing at once every entry that is missing, unexpected or cannot be loaded (another shape,
   * dtype or device, disposed, no tensor), before anything is written. With `strict: false` missing and unexpected
   * entries are passed over. DisposedError when the module itself was disposed.
   */
  loadStateDict(state: StateDict, { strict = true }: { readonly strict?: boolean } = {}): void {
    const given = new Map(state instanceof Map ? state : Object.entries(state)) as Map<string, Tensor>;
    const own = this.stateDict();
    this.#compare(own, given, strict);
    for (const [name, tensor] of own) {
      const source = given.get(name);
      if (source) copyInto(tensor, source);
    }
  }

  train(): this {
    return this.#setTraining(true);
  }

  eval(): this {
    return this.#setTraining(false);
  }

  /** Number of trained values. */
  get parameterCount(): number {
    return this.parameters().reduce((total, { size }) => total + size, 0);
  }

  /** Frees all parameters, buffers and gradients. */
  dispose(): void {
    this.#visit('', (_, field) => {
      if (field instanceof PackedParameter || isTensor(field)) field.dispose();
    });
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** All modules below this one, with their paths; this one has the empty path. */
  namedModules(): Map<string, Module> {
    const modules = new Map<string, Module>([['', this]]);
    this.#visit('', (path, field) => {
      if (field instanceof Module) modules.set(path, field);
    });
    return modules;
  }

  #setTraining(training: boolean): this {
    for (const module of this.namedModules().values()) module.training = training;
    return this;
  }

  #entries(): Entry[] {
    const entries: Entry[] = [];
    this.#visit('', (name, field) => {
      if (field instanceof PackedParameter) {
        const prefix = name.slice(0, name.lastIndexOf('.') + 1);
        for (const [part, tensor] of field.parts) entries.push({ name: prefix + part, tensor, role: 'parameter' });
      } else if (isTensor(field)) {
        entries.push({ name, tensor: field, role: roleOf(field)! });
      }
    });
    return entries;
  }

  /** Walks fields in the order they were assigned. */
  #visit(prefix: string, visit: (path: string, field: unknown) => void): void {
    for (const [name, field] of Object.entries(this)) visitField(`${prefix}${name}`, field, visit);
  }

  /** @internal For the walk, which crosses from one module into another. */
  static walk(module: Module, prefix: string, visit: (path: string, field: unknown) => void): void {
    module.#visit(prefix, visit);
  }

  #compare(own: ReadonlyMap<string, Tensor>, given: ReadonlyMap<string, Tensor>, strict: boolean): void {
    const missing = strict ? [...own.keys()].filter((name) => !given.has(name)) : [];
    const unexpected = strict ? [...given.keys()].filter((name) => !own.has(name)) : [];
    const mismatched = [...own].flatMap(([name, tensor]) => {
      const found = given.has(name) ? unfit(tensor, given.get(name)) : null;
      return found === null ? [] : [`${name}: expected ${tensor.dtype} ${formatShape(tensor.shape)}, got ${found}`];
    });
    if (missing.length + unexpected.length + mismatched.length === 0) return;
    const parts = [part(missing, 'missing'), part(unexpected, 'unexpected'), part(mismatched, 'unfit')].filter(Boolean);
    throw new StateDictError(`${this.constructor.name}: ${parts.join('; ')}`, missing, unexpected, mismatched);
  }
}

function visitField(path: string, field: unknown, visit: (path: string, field: unknown) => void): void {
  if (isTensor(field)) {
    if (roleOf(field) === undefined) {
      throw new TypeError(
        `${path} is a plain tensor on a module: wrap it in parameter(...) to train it or buffer(...) to save it`,
      );
    }
    visit(path, field);
  } else if (field instanceof PackedParameter) {
    visit(path, field);
  } else if (field instanceof Module) {
    visit(path, field);
    Module.walk(field, `${path}.`, visit);
  } else if (Array.isArray(field)) {
    for (const [i, item] of field.entries()) visitField(`${path}.${i}`, item, visit);
  } else if (holdsModules(field)) {
    throw new TypeError(
      `${path} holds modules in a ${field instanceof Map ? 'Map' : 'plain object'}, which has no place in the state dict: use fields or an array`,
    );
  }
}

/** What the state dict has instead of something to copy into `own`; null when it fits. */
function unfit(own: Tensor, other: unknown): string | null {
  if (!isTensor(other)) return `${other === null ? 'null' : typeof other}, no tensor`;
  const is = `${other.dtype} ${formatShape(other.shape)}`;
  if (other.disposed) return `${is}, disposed`;
  if (other.device !== own.device) return `${is} on another device, ${other.device.name}`;
  return sameShape(own.shape, other.shape) && own.dtype === other.dtype ? null : is;
}

/** A config is a plain object too, so only one with modules in it is a mistake. */
function holdsModules(field: unknown): boolean {
  if (typeof field !== 'object' || field === null) return false;
  const plain = Object.getPrototypeOf(field) === Object.prototype;
  const items = field instanceof Map ? [...field.values()] : plain ? Object.values(field) : [];
  return items.some((item) => item instanceof Module);
}

const LISTED = 8;

function part(names: readonly string[], what: string): string {
  const more = names.length > LISTED ? `, and ${names.length - LISTED} more` : '';
  return names.length === 0 ? '' : `${names.length} ${what} (${names.slice(0, LISTED).join(', ')}${more})`;
}
