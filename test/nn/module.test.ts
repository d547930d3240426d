import { beforeAll, expect, test } from 'vitest';
import { Module } from '../../src/nn/module.ts';
import { PackedParameter } from '../../src/nn/packedParameter.ts';
import { buffer, parameter } from '../../src/nn/parameter.ts';
import { cosineSchedule, linearWarmup } from '../../src/nn/schedule.ts';
import { Sequential } from '../../src/nn/sequential.ts';
import { ones, tensor, zeros } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { square } from '../setup/squareOp.ts';

beforeAll(async () => {
  await init();
});

class Inner extends Module {
  readonly weight = parameter(ones([2]));
  readonly mean = buffer(zeros([2]));
  forward(x: Tensor): Tensor {
    return square([square([x], {})], {});
  }
}

class Outer extends Module {
  readonly blocks = [new Inner(), new Inner()];
  readonly last: Inner | null = null;
  readonly scale = parameter(tensor([3]));
  forward(x: Tensor): Tensor {
    return this.blocks.reduce((h, block) => block.forward(h), x);
  }
}

test('names are field paths, parameters before and after what holds them', () => {
  using model = new Outer();
  expect([...model.stateDict().keys()]).toEqual([
    'blocks.0.weight',
    'blocks.0.mean',
    'blocks.1.weight',
    'blocks.1.mean',
    'scale',
  ]);
  expect([...model.namedParameters().keys()]).toEqual(['blocks.0.weight', 'blocks.1.weight', 'scale']);
  expect(model.parameterCount).toBe(5);
});

test('train and eval reach every module below', () => {
  using model = new Outer();
  model.eval();
  expect([...model.namedModules().values()].map((module) => module.training)).toEqual([false, false, false]);
  model.train();
  expect(model.blocks[1]!.training).toBe(true);
});

test('forward frees its intermediates', () => {
  using model = new Outer();
  using x = tensor([1, 2]);
  const before = defaultDevice().memory().tensors;
  const y = model.forward(x);
  expect(defaultDevice().memory().tensors).toBe(before + 1);
  y.dispose();
});

test('a state dict is copied in, by name', async () => {
  using model = new Outer();
  using source = new Outer();
  source.blocks[1]!.mean.write([7, 8]);
  model.loadStateDict(source.stateDict());
  source.blocks[1]!.mean.write([0, 0]);
  expect([...(await model.blocks[1]!.mean.data())]).toEqual([7, 8]);
});

test('a state dict that does not fit is refused whole, with everything that is wrong', async () => {
  using model = new Outer();
  using wrong = zeros([3]);
  using fine = tensor([9, 9]);
  const state = { 'blocks.0.weight': wrong, 'blocks.1.weight': fine, 'blocks.7.weight': fine };
  expect(() => model.loadStateDict(state)).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: Outer: 3 missing (blocks.0.mean, blocks.1.mean, scale); 1 unexpected (blocks.7.weight); 1 unfit (blocks.0.weight: expected f32 [2], got f32 [3])]`,
  );
  expect([...(await model.blocks[1]!.weight.data())]).toEqual([1, 1]);
  model.loadStateDict({ 'blocks.1.weight': fine }, { strict: false });
  expect([...(await model.blocks[1]!.weight.data())]).toEqual([9, 9]);
});

test('disposed tensors and what is no tensor are refused before anything is loaded', async () => {
  using model = new Inner();
  const gone = zeros([2]);
  gone.dispose();
  expect(() => model.loadStateDict({ weight: gone, mean: [1, 2] } as never)).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: Inner: 2 unfit (weight: expected f32 [2], got f32 [2], disposed, mean: expected f32 [2], got object, no tensor)]`,
  );
  expect([...(await model.weight.data())]).toEqual([1, 1]);
});

test('a state dict of views loads the elements in their order', async () => {
  using model = new Inner();
  using table = tensor([
    [1, 2],
    [3, 4],
  ]);
  using column = tidy(() => table.transpose(0, 1).slice(0, 1).reshape([2]));
  using row = tidy(() => table.slice(0, 1).reshape([2]));
  model.loadStateDict(
    new Map([
      ['weight', column],
      ['mean', row],
    ]),
  );
  expect([...(await model.weight.data()), ...(await model.mean.data())]).toEqual([2, 4, 3, 4]);
});

test('loading into a disposed module is refused', () => {
  using source = new Inner();
  const model = new Inner();
  model.dispose();
  expect(() => model.loadStateDict(source.stateDict())).toThrow('copyInto: target: the tensor [2] was disposed');
});

test('a sequence passes on what a layer returns unchanged, with its gradient', async () => {
  class Same extends Module {
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  class Square extends Module {
    forward(x: Tensor): Tensor {
      return square([x], {});
    }
  }
  using x = tensor([3], { requiresGrad: true });
  using y = new Sequential(new Same(), new Square(), new Same(), new Same()).forward(x);
  expect(await y.item()).toBe(9);
  using z = new Sequential().forward(x);
  z.backward();
  expect(await x.grad!.item()).toBe(1);
});

test('a plain tensor on a module is an error with the fix in it', () => {
  class Forgetful extends Module {
    readonly table: Tensor;
    constructor(table: Tensor) {
      super();
      this.table = table;
    }
    forward(): void {}
  }
  using table = zeros([2]);
  expect(() => new Forgetful(table).parameters()).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: table is a plain tensor on a module: wrap it in parameter(...) to train it or buffer(...) to save it]`,
  );
});

test('modules in a Map or a plain object would not be trained, and are refused', () => {
  class Hidden extends Module {
    readonly parts = new Map([['a', new Inner()]]);
    forward(): void {}
  }
  const hidden = new Hidden();
  expect(() => hidden.parameters()).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: parts holds modules in a Map, which has no place in the state dict: use fields or an array]`,
  );
  hidden.parts.get('a')!.dispose();
});

test('parts of a packed parameter have their own names, values and gradients', async () => {
  class Packed extends Module {
    readonly packed = new PackedParameter(
      tensor([1, 2, 3, 4, 5, 6]),
      new Map([
        ['0.weight', [2, 2]],
        ['1.weight', [2]],
      ]),
    );
    forward(): Tensor {
      return square([this.packed.whole], {});
    }
  }
  using model = new Packed();
  expect([...model.stateDict().keys()]).toEqual(['0.weight', '1.weight']);
  expect(model.parameters()).toHaveLength(1);
  using six = tensor([50, 60]);
  model.loadStateDict({ '1.weight': six }, { strict: false });
  expect([...(await model.packed.whole.data())]).toEqual([1, 2, 3, 4, 50, 60]);
  const part = model.namedParameters().get('1.weight')!;
  expect(part.grad).toBe(null);
  using y = model.forward();
  using dy = ones([6]);
  y.backward(dy);
  expect([...(await part.grad!.data())]).toEqual([100, 120]);
  part.grad = null;
  expect(model.packed.whole.grad).toBe(null);
});

test('a gradient for a part alone is refused: the optimizer would miss it', () => {
  const packed = new PackedParameter(
    tensor([1, 2, 3]),
    new Map([
      ['a', [1]],
      ['b', [2]],
    ]),
  );
  expect(() => tidy(() => square([packed.parts.get('a')!], {}).backward())).toThrowErrorMatchingInlineSnapshot(
    `[GradientError: a part [1] of a packed parameter gets no gradient of its own: compute with module.parameters(), which holds the whole]`,
  );
  expect(packed.whole.grad).toBe(null);
  packed.dispose();
});

test('the cosine schedule warms up, decays to min and stays there', () => {
  const rate = cosineSchedule({ base: 1, warmup: 4, total: 12, min: 0.1 });
  expect([0, 3, 4, 8, 12, 100].map(rate)).toEqual(
    [0.25, 1, 1, 0.1 + 0.9 * 0.5, 0.1, 0.1].map((v) => expect.closeTo(v, 12)),
  );
  expect([0, 1, 5].map(linearWarmup({ base: 2, steps: 2 }))).toEqual([1, 2, 2]);
});
