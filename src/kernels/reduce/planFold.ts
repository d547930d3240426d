import type { Tensor } from '../../tensor/tensor.ts';
import { type Lanes, lanesFor } from './lanes.ts';

export interface FoldPlan {
  /** Invocations that share one chunk. */
  readonly lanes: Lanes;
  readonly rows: number;
  readonly cols: number;
  /** Elements per chunk, and chunks per row. */
  readonly chunk: number;
  readonly chunks: number;
}

interface FoldSize {
  readonly rows: number;
  readonly cols: number;
  /** Whether the elements of a row lie side by side, so that lanes that share it read in one piece. */
  readonly contiguous: boolean;
}

/** Cuts rows so that the device has enough to do at once, but no chunk is shorter than it is worth. */
export function planFold(x: Tensor, kernel: string, { rows, cols, contiguous }: FoldSize): FoldPlan {
  const cpu = x.device.kind === 'cpu';
  // Where the elements of a row lie apart, neighboring invocations take neighboring rows, which lie side by side; unless
  // the rows are so few that they fill no cache line, or all of it is so small that one launch is worth more.
  const shared = contiguous || rows < 8 || (rows * 4 < cols && rows * cols <= 2 ** 18);
  const lanes = shared ? lanesFor(x.device, kernel, cols) : 1;
  const busy = cpu ? 2048 : 65_536; // invocations that fill the device
  const least = (cpu ? 256 : 16) * lanes; // elements that are worth a chunk
  const wanted = Math.min(Math.ceil(busy / (rows * lanes)), Math.floor(cols / least));
  const chunk = Math.ceil(cols / Math.max(wanted, 1));
  return { lanes, rows, cols, chunk, chunks: chunk === 0 ? 1 : Math.ceil(cols / chunk) };
}
