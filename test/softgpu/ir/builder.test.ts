import { expect, it } from 'vitest';
import { Builder } from '../../../src/softgpu/ir/builder.ts';
import { Register } from '../../../src/softgpu/ir/ir.ts';
import { F32, I32, valueType } from '../../../src/softgpu/ir/valueType.ts';

it('shares equal instructions of the same and of enclosing blocks only', () => {
  const b = new Builder();
  const x = b.get(new Register(I32, 'x'));
  const condition = b.compare('eq', x, b.i32(7));
  const sum = b.add(x, b.i32(1));
  let inner = sum;
  b.if(condition, () => {
    expect(b.add(x, b.i32(1))).toBe(sum);
    inner = b.mul(x, x);
    expect(b.mul(x, x)).toBe(inner);
  });
  expect(b.mul(x, x)).not.toBe(inner);
});

it('folds constants and the arithmetic of addresses', () => {
  const b = new Builder();
  const x = b.get(new Register(I32, 'x'));
  expect(b.add(b.i32(-1), b.i32(3)).detail).toEqual([2]);
  expect(b.add(b.add(x, b.i32(3)), b.i32(-3))).toBe(x);
  expect(b.mul(x, b.i32(8)).code).toBe('shl');
  expect(b.op('remU', I32, [x, b.i32(8)]).code).toBe('and');
  expect(b.same('minU', b.same('and', x, b.i32(7)), b.i32(7)).code).toBe('and');
  expect(b.compare('ltU', b.op('remU', I32, [x, b.i32(5)]), b.i32(5))).toBe(b.bool(true));
});

it('sees through vectors put together and taken apart', () => {
  const b = new Builder();
  const [x, y] = [b.get(new Register(F32, 'x')), b.get(new Register(F32, 'y'))];
  const pair = b.build([x!, y!]);
  expect(b.extract(pair, 1)).toBe(y);
  expect(b.extract(b.shuffle([pair], [1, 0, 0]), 0)).toBe(y);
  const v = b.get(new Register(valueType('f32', 4), 'v'));
  expect(b.build([0, 1, 2, 3].map((lane) => b.extract(v, lane)))).toBe(v);
  expect(b.build([3, 2].map((lane) => b.extract(v, lane))).code).toBe('shuffle');
  expect(b.insert(b.zero(v.type), x!, 2).code).toBe('build');
});

it('drops what stands behind an exit, and the scope that nothing exits', () => {
  const b = new Builder();
  const x = new Register(I32, 'x');
  b.scope(() => b.set(x, b.i32(1)));
  b.scope((scope) => {
    b.exit(scope);
    b.set(x, b.i32(2));
  });
  expect(b.finish().map((node) => (node.kind === 'op' ? node.code : node.kind))).toEqual([
    'const',
    'const',
    'set',
    'scope',
  ]);
});
