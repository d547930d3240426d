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
  const fewRows = rows * 4 < cols; // too few rows to fill the device: lanes share one even where they read apart
  const lanes = contiguous || fewRows ? lanesFor(x.device, kernel, cols) : 1;
  const busy = cpu ? 2048 : 65_536; // invocations that fill the device
  const least = (cpu ? 256 : 16) * lanes; // elements that are worth a chunk
  const wanted = Math.min(Math.ceil(busy / (rows * lanes)), Math.floor(cols / least));
  const chunk = Math.ceil(cols / Math.max(wanted, 1));
  return { lanes, rows, cols, chunk, chunks: chunk === 0 ? 1 : Math.ceil(cols / chunk) };
}
