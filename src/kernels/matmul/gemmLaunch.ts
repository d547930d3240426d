import type { Tensor } from '../../tensor/tensor.ts';
import { ACTIVATION_CODE, type Activation } from './activation.ts';
import type { BlockParams } from './gemmBlock.ts';
import type { GroupTable } from './gemmGroups.ts';
import { sumSplits } from './gemmPack.ts';
import { batchSize, type Matrix, type Problem } from './gemmProblem.ts';
import { panelSize } from './gemmStrips.ts';

/** What happens to the sums as they are written. */
export interface Epilogue {
  readonly activation: Activation;
  /** Receives the values before the activation; laid out as y. */
  readonly pre: Tensor | null;
}

/** How a kernel cuts the result into blocks, and where it finds b. */
export interface BlockLayout {
  readonly blockM: number;
  readonly blockN: number;
  readonly table: GroupTable | null;
  /** b in panels of 8 columns. */
  readonly packed: Tensor | null;
  /** a in panels of 4 rows. */
  readonly packedRows?: Tensor | null;
  /** Whether a few panels meet all rows before the next ones do; else a strip of rows meets all panels. Default true. */
  readonly rowsFirst?: boolean;
}

const PARTIAL_BYTES = 64 * 2 ** 20; // half of what every device can bind

/** Whether the sum over k may be cut: the parts lie as y does, and the bias is one number per column. */
export function canSplit({ y, bias, groups }: Problem): boolean {
  if (!y.tensor.isDense || y.tensor.offset !== 0 || groups?.list.some(({ k }) => k !== undefined)) return false;
  return bias === null || (groups === null && bias.row === 0 && bias.batch.every((stride) => stride === 0));
}

/**
 * Launches one of the multiplication kernels over all blocks. With more than one split of k the parts go to a temporary
 * first and are then added in order: the same bits on every run.
 */
export function launch(
  kernel: (...args: never[]) => void,
  p: Problem,
  layout: BlockLayout,
  { activation, pre }: Epilogue,
  wantedSplits: number,
  constants: Readonly<Record<string, number | boolean | string>>,
): void {
  const { a, b, y, bias } = p;
  const { table, packed, packedRows } = layout;
  const size = y.tensor.size;
  const stride = Math.ceil(size / 4) * 4;
  const affordable = Math.max(1, Math.min(wantedSplits, Math.floor(PARTIAL_BYTES / (4 * stride))));
  const kChunk = affordable === 1 ? p.k : Math.ceil(p.k / affordable / 32) * 32; // whole steps of every kernel
  const splits = affordable === 1 ? 1 : Math.ceil(p.k / kChunk);
  const partial = splits === 1 ? null : y.tensor.derive([splits * stride], 'f32');
  const T = y.tensor.dtype as 'f32' | 'f16';
  const params = paramsOf(p, layout, { splits, kChunk, stride, activation });
  (kernel as unknown as GemmKernel)(
    {
      a: packedRows ?? a.tensor,
      b: packed ?? b.tensor,
      bias: partial ? null : (bias?.tensor ?? null),
      groups: table?.tensor ?? null,
    },
    { y: partial ? null : y.tensor, pre: partial ? null : pre, partial },
    params,
    { T, ACTIVATED: partial === null && activation !== 'none', ...constants },
  );
  if (partial === null) return;
  // Turned problems have the bias of a column along their rows.
  const [biasCol, cols] = bias && bias.col === 0 ? [bias.row, p.m] : [bias?.col ?? 0, p.n];
  sumSplits(
    { partial, bias: bias?.tensor ?? null },
    { y: y.tensor, pre },
    { size, splits, cols, biasOffset: bias?.offset ?? 0, biasCol, activation: ACTIVATION_CODE[activation] },
    { T },
  );
}

/** Kernels of one problem differ in their constants and in how strictly their buffers are typed, not in their call. */
type GemmKernel = (
  read: Readonly<Record<'a' | 'b', Tensor> & Record<'bias' | 'groups', Tensor | null>>,
  write: Readonly<Record<'y' | 'pre' | 'partial', Tensor | null>>,
  params: BlockParams,
  constants: Readonly<Record<string, string | number | boolean>>,
) => void;

interface Cut {
  readonly splits: number;
  readonly kChunk: number;
  readonly stride: number;
  readonly activation: Activation;
}

function paramsOf(
  p: Problem,
  { blockM, blockN, table, packed, packedRows = null, rowsFirst = true }: BlockLayout,
  cut: Cut,
): BlockParams {
  const { m, n, k, a, b, y, bias, groups } = p;
  const down = Math.ceil(m / blockM);
  const across = Math.ceil(n / blockN);
  const tileRows = groups?.tiled === 'm';
  const { batch, axis0, axis1, axis2, axis3 } =
    p.batch.length === 0 ? NO_BATCH : batchOf(p, packed !== null, packedRows !== null);
  const blocksM = tileRows ? across : down;
  const blocksN = table ? table.records : across;
  return {
    m,
    n,
    k,
    aOffset: packedRows ? 0 : a.offset,
    aRow: packedRows ? k : a.row,
    aCol: packedRows ? 4 : a.col,
    bOffset: packed ? 0 : b.offset,
    bRow: packed ? 8 : b.row,
    bCol: packed ? 1 : b.col,
    bPanel: packed ? 8 * k : blockN * b.col,
    yOffset: y.offset,
    yRow: y.row,
    yCol: y.col,
    biasOffset: bias?.offset ?? 0,
    biasRow: bias?.row ?? 0,
    biasCol: bias?.col ?? 0,
    batch,
    axis0,
    axis1,
    axis2,
    axis3,
    blocks: blocksM * blocksN * batchSize(p) * cut.splits,
    blocksM,
    blocksN,
    beside: !rowsFirst ? blocksN : blocksN % 4 === 0 ? 4 : blocksN % 2 === 0 ? 2 : 1,
    splits: cut.splits,
    kChunk: cut.kChunk,
    splitStride: cut.stride,
    tileRows: tileRows ? 1 : 0,
    packed: packed ? 1 : 0,
    activation: ACTIVATION_CODE[cut.activation],
  };
}

type BatchParams = Pick<BlockParams, 'batch' | 'axis0' | 'axis1' | 'axis2' | 'axis3'>;
const ZEROS = [0, 0, 0, 0];
const NO_BATCH: BatchParams = { batch: [1, 1, 1, 1], axis0: ZEROS, axis1: ZEROS, axis2: ZEROS, axis3: ZEROS };

/** Batch axes from the innermost on, with the strides of a, b, y and bias. */
function batchOf(p: Problem, packed: boolean, packedRows: boolean): BatchParams {
  const { m, n, k, batch, a, b, y, bias } = p;
  const strideOfA = (d: number) => (packedRows ? packedStride(batch, a, panelSize(m, k, 4), d) : a.batch[d]!);
  const strideOfB = (d: number) => (packed ? packedStride(batch, b, panelSize(n, k, 8), d) : b.batch[d]!);
  const axis = (i: number) => {
    const d = batch.length - 1 - i;
    return d < 0 ? ZEROS : [strideOfA(d), strideOfB(d), y.batch[d]!, bias?.batch[d] ?? 0];
  };
  const extents = [0, 1, 2, 3].map((i) => batch[batch.length - 1 - i] ?? 1);
  return { batch: extents, axis0: axis(0), axis1: axis(1), axis2: axis(2), axis3: axis(3) };
}

/** Stride of packed panels along a batch axis: axes that repeat the operand are packed once. */
function packedStride(batch: readonly number[], { batch: strides }: Matrix, size: number, axis: number): number {
  if (strides[axis] === 0) return 0;
  let stride = size;
  for (let d = batch.length - 1; d > axis; d--) if (strides[d] !== 0) stride *= batch[d]!;
  return stride;
}
