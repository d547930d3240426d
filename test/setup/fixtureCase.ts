import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { permute, transpose } from '../../src/kernels/view/permute.ts';
import { tensor } from '../../src/tensor/create.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import { readNpz } from '../../src/tensor/files/npz.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { formulaInput } from '../fixtures/formula.ts';
import { backwardFrom, expectClose } from './checkOp.ts';

interface InputSpec {
  readonly arg: string;
  readonly shape: readonly number[];
  readonly name?: string;
  readonly key?: string;
  readonly scale?: number;
  readonly offset?: number;
  readonly dtype?: 'i32' | 'bool';
  readonly values?: readonly number[];
  readonly negInfAt?: readonly number[];
  readonly view?: { readonly transpose?: readonly [number, number]; readonly permute?: readonly number[] };
  readonly gradient?: boolean;
}

export interface FixtureCase {
  readonly id: string;
  readonly op: string;
  readonly attributes: unknown;
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly {
    readonly name: string;
    readonly key: string;
    readonly shape: readonly number[];
    readonly upstream?: string;
  }[];
  readonly gradients: readonly { readonly arg: string; readonly key: string; readonly shape: readonly number[] }[];
}

export interface FixtureOptions {
  /** Largest error, relative to the largest element of the truth. Design section 9. */
  readonly tolerance?: number;
  readonly gradTolerance?: number;
}

/** Calls the op with the tensors by argument name; gives its outputs by name (a lone tensor is `y`). */
export type FixtureCall<A> = (
  inputs: Readonly<Record<string, Tensor>>,
  attributes: A,
) => Tensor | Readonly<Record<string, Tensor>>;

const root = new URL('../fixtures/reference/', import.meta.url);
export const opCases = (JSON.parse(readFileSync(new URL('ops.json', root), 'utf8')) as { cases: FixtureCase[] }).cases;
let arrays: ReturnType<typeof readNpz> | undefined;

async function truth(key: string): Promise<Float32Array> {
  arrays ??= readNpz(new URL('ops.npz', root));
  return (await arrays).get(key)!.data as Float32Array;
}

/** One test per stored case of `op`: outputs and gradients against PyTorch in float64. */
export function testFixtures<A = unknown>(op: string, call: FixtureCall<A>, options: FixtureOptions = {}): void {
  const cases = opCases.filter((made) => made.op === op);
  if (cases.length === 0) throw new Error(`no stored case of ${op}`);
  for (const made of cases)
    test(`${made.id} agrees with PyTorch, forward and gradient`, () =>
      runCase(made, call as FixtureCall<unknown>, options));
}

async function runCase(
  made: FixtureCase,
  call: FixtureCall<unknown>,
  { tolerance = 1e-6, gradTolerance = 1e-5 }: FixtureOptions,
): Promise<void> {
  const leaves: Record<string, Tensor> = {};
  for (const input of made.inputs) leaves[input.arg] = await leaf(input);
  const { values, grads } = tidy(() => {
    const views = Object.fromEntries(made.inputs.map((input) => [input.arg, viewed(leaves[input.arg]!, input)]));
    const result = call(views, made.attributes);
    const outputs: Readonly<Record<string, Tensor>> =
      'storage' in result ? { y: result as Tensor } : (result as Record<string, Tensor>);
    for (const { name, shape } of made.outputs) {
      expect(outputs[name]!.shape.join() || '1', `shape of ${name}`).toBe(shape.join() || '1');
    }
    const weighed = made.outputs.filter(({ upstream }) => upstream);
    backwardFrom(
      weighed.map(({ name }) => outputs[name]!),
      weighed.map(({ upstream, shape }) => formulaInput({ name: upstream!, shape })),
    );
    return {
      values: made.outputs.map(({ name }) => outputs[name]!.data()),
      grads: made.gradients.map(({ arg }) => leaves[arg]!.grad?.data()),
    };
  });
  try {
    for (let i = 0; i < values.length; i++) {
      expectClose(
        await values[i]!,
        await truth(made.outputs[i]!.key),
        tolerance,
        `${made.id} ${made.outputs[i]!.name}`,
      );
    }
    for (let i = 0; i < grads.length; i++) {
      const { arg, key } = made.gradients[i]!;
      const grad = grads[i];
      if (!grad) throw new Error(`${made.id}: ${arg} got no gradient`);
      expectClose(await grad, await truth(key), gradTolerance, `${made.id} gradient of ${arg}`);
    }
  } finally {
    for (const made of Object.values(leaves)) made.dispose();
  }
}

async function leaf(input: InputSpec): Promise<Tensor> {
  const { shape, dtype, values, key, name, negInfAt = [], gradient = false } = input;
  if (values) return tensor(values, { shape, dtype: dtype ?? 'f32' });
  const { scale, offset } = input;
  const data = key
    ? Float32Array.from(await truth(key))
    : formulaInput({
        name: name!,
        shape,
        ...(scale === undefined ? {} : { scale }),
        ...(offset === undefined ? {} : { offset }),
      });
  for (const at of negInfAt) data[at] = Number.NEGATIVE_INFINITY;
  return tensor(data, { shape, requiresGrad: gradient });
}

function viewed(x: Tensor, { view }: InputSpec): Tensor {
  if (view?.transpose) return transpose(x, ...view.transpose);
  return view?.permute ? permute(x, view.permute) : x;
}
