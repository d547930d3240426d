import { classOf } from '../../../tensor/engine/device/deviceClass.ts';
import { sizeOf } from '../../../tensor/engine/shape.ts';
import { choose } from '../../../tensor/engine/tuner.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { isAligned, rowsOf } from '../rows.ts';
import { forwardSequence } from './forwardSequence.ts';
import { gradSequence } from './gradSequence.ts';

/** Attention of every head of every sequence in `rows` along its positions. */
export interface AxialProblem {
  /** A view [sequence axes..., 3 · heads, positions, extent]: queries, keys, values. */
  readonly rows: Tensor;
  readonly heads: number;
  /** A view [sequence axes..., heads, positions]. */
  readonly gates: Tensor | null;
  /** See `rotaryTable`; pairs are neighbors. */
  readonly table: Tensor | null;
}

const MOST_CHUNKS = 256; // of a head's keys: four such matrices fill workgroup memory
const LONGEST = 96; // whose weights fit into private memory beside a block

/** Whether sequences are short enough, and lie so, that one invocation may own one: see `forwardSequence`. */
export function suitsSequences({ rows }: AxialProblem, interleaved: boolean): boolean {
  const [positions, extent] = rows.shape.slice(-2) as [number, number];
  const { device } = rows;
  if (!interleaved || !isAligned(rows) || positions < 1) return false;
  if (capacity(positions) > LONGEST || (capacity(positions) * extent) / 4 > MOST_CHUNKS) return false;
  const fallback = classOf(device) === 'softgpu' ? 'sequence' : 'rows';
  return (
    choose(device, `axialAttention/${capacity(positions)}x${extent}`, ['sequence', 'rows'], fallback) === 'sequence'
  );
}

/** Rows that the kernels make room for. */
function capacity(positions: number): number {
  return positions <= 4 ? 4 : Math.ceil(positions / 8) * 8;
}

/** Writes the result into y, a view [sequence axes..., heads, positions, extent]; returns log-sum-exps of base 2. */
export function attendSequences(problem: AxialProblem, y: Tensor): Tensor {
  const { rows, gates, table } = problem;
  const { sizes, constants } = sizesOf(problem);
  const lse = rows.derive([sizes.sequences * sizes.heads * sizes.positions]);
  const [x, to] = [sequencesOf(rows), sequencesOf(y)];
  const gate = gateSequences(gates);
  forwardSequence(
    { x: x.first, table, gate: gate.first },
    { y: to.first, lse },
    { ...sizes, step: x.step, yStep: to.step, gateStep: gate.step, gateHead: gate.head },
    constants,
  );
  return lse;
}

/** What `gradSequences` reads beside the problem, and where it writes: views like those of the problem. */
export interface SequenceGradients {
  /** A view [sequence axes..., heads, positions, extent]. */
  readonly dy: Tensor;
  readonly lse: Tensor;
  readonly drows: Tensor;
  readonly dgates: Tensor | null;
}

export function gradSequences(problem: AxialProblem, { dy, lse, drows, dgates }: SequenceGradients): void {
  const { rows, gates, table } = problem;
  const { sizes, constants } = sizesOf(problem);
  const [x, upstream, to] = [sequencesOf(rows), sequencesOf(dy), sequencesOf(drows)];
  const [gate, dgate] = [gateSequences(gates), gateSequences(dgates)];
  gradSequence(
    { x: x.first, table, gate: gate.first, dy: upstream.first, lse },
    { dx: to.first, dgate: dgate.first },
    {
      ...sizes,
      step: x.step,
      dyStep: upstream.step,
      dxStep: to.step,
      gateStep: gate.step,
      gateHead: gate.head,
      dgateStep: dgate.step,
      dgateHead: dgate.head,
      gradScale: rows.shape[rows.ndim - 1]! ** -0.5,
    },
    constants,
  );
}

function sizesOf({ rows, heads }: AxialProblem) {
  const [positions, extent] = rows.shape.slice(-2) as [number, number];
  const chunks = extent / 4;
  const scale = extent ** -0.5 * Math.LOG2E;
  return {
    sizes: { sequences: sizeOf(rows.shape.slice(0, -3)), positions, heads, chunks, scale },
    constants: { LENGTH: capacity(positions), CHUNKS: chunks },
  };
}

/** The first chunk of each sequence, and the chunks from a position to the next; a head's rows are beside the next one's. */
function sequencesOf(x: Tensor): { first: Tensor; step: number } {
  const { first, step } = rowsOf(x);
  return { first: first.view(first.shape.slice(0, -2), first.strides.slice(0, -2), first.offset), step };
}

function gateSequences(gates: Tensor | null): { first: Tensor | null; step: number; head: number } {
  if (gates === null) return { first: null, step: 0, head: 0 };
  const { shape, strides, offset } = gates;
  const [head, step] = strides.slice(-2) as [number, number];
  return { first: gates.view(shape.slice(0, -2), strides.slice(0, -2), offset), step, head };
}
