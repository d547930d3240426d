import type { Tensor } from '../../tensor/tensor.ts';

/** A tensor as rows to reduce: element k of a row lies `k · step` behind its first. */
export interface Rows {
  /** The first element of each row, in the shape of the axes that stay. */
  readonly view: Tensor;
  readonly rows: number;
  readonly cols: number;
  readonly step: number;
}

/** How a kernel steps through rows: one element at a time, four along the row, or four neighboring rows at once. */
export type Stride = 'rows' | 'rows4' | 'columns4';

/** The axes `dims`, which one stride can walk, as the elements of rows. */
export function rowsOf(x: Tensor, dims: readonly number[]): Rows {
  const stay = [...x.shape.keys()].filter((d) => !dims.includes(d));
  const view = x.view(
    stay.map((d) => x.shape[d]!),
    stay.map((d) => x.strides[d]!),
  );
  const walked = dims.filter((d) => x.shape[d] !== 1);
  const cols = walked.reduce((product, d) => product * x.shape[d]!, 1);
  return { view, rows: view.size, cols, step: walked.length === 0 ? 0 : x.strides[walked[walked.length - 1]!]! };
}

/** Splits `dims` into groups that one stride can walk in every one of the tensors, which have one shape. */
export function walkable(tensors: readonly Tensor[], dims: readonly number[]): number[][] {
  const { shape } = tensors[0]!;
  const groups: number[][] = [dims.filter((d) => shape[d] === 1)];
  let last: number | undefined;
  for (const d of dims.filter((d) => shape[d] !== 1)) {
    const before = last;
    const joins = before === undefined || tensors.every(({ strides }) => strides[before] === strides[d]! * shape[d]!);
    if (joins) groups[groups.length - 1]!.push(d);
    else groups.push([d]);
    last = d;
  }
  return groups;
}

/** The widest steps that the layouts of all inputs allow; `scalars` are inputs read one number per step. */
export function strideOf(inputs: readonly Rows[], scalars: readonly Rows[]): Stride {
  if (inputs.every(fourAlong) && scalars.every(({ step }) => step === 0)) return 'rows4';
  const inner = innermost(inputs[0]!.view);
  const across = inputs.every(fourAcross) && scalars.every(({ view }) => view.strides[inner] === 0);
  return across ? 'columns4' : 'rows';
}

/** The view of first elements, counted in the units of the stride: quads for `rows4` and `columns4`. */
export function inQuads({ view }: Rows, stride: Stride): Tensor {
  if (stride === 'rows') return view;
  const strides = view.strides.map((step) => step / 4);
  if (stride === 'rows4') return view.view(view.shape, strides, view.offset / 4);
  const inner = innermost(view);
  return view.view(view.shape.with(inner, view.shape[inner]! / 4), strides.with(inner, 1), view.offset / 4);
}

function fourAlong({ view, cols, step }: Rows): boolean {
  return step === 1 && cols % 4 === 0 && view.offset % 4 === 0 && stridesInQuads(view, -1);
}

function fourAcross({ view, step }: Rows): boolean {
  const inner = innermost(view);
  if (inner < 0 || view.strides[inner] !== 1 || view.shape[inner]! % 4 !== 0) return false;
  return step % 4 === 0 && view.offset % 4 === 0 && stridesInQuads(view, inner);
}

function stridesInQuads({ shape, strides }: Tensor, except: number): boolean {
  return strides.every((stride, d) => d === except || shape[d] === 1 || stride % 4 === 0);
}

function innermost(view: Tensor): number {
  return view.shape.findLastIndex((extent) => extent !== 1);
}
