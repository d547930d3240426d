/** How samples beyond the ends of a signal are made up. */
export type PadMode = 'constant' | 'reflect' | 'replicate';

/** Which samples of `rows` signals make up which frame: frame t begins at sample t · hop - pad. */
export interface Framing {
  readonly rows: number;
  /** Length of each signal. */
  readonly samples: number;
  /** Frames per signal. */
  readonly frames: number;
  readonly hop: number;
  readonly pad: number;
  readonly mode: PadMode;
}

/** Parameters that FRAMING reads. */
export const FRAMING_PARAMS = {
  count: 'u32',
  frames: 'u32',
  hop: 'u32',
  pad: 'u32',
  samples: 'u32',
  mode: 'u32',
} as const;

export function framingParams({ rows, samples, frames, hop, pad, mode }: Framing) {
  const code = { constant: 0, reflect: 1, replicate: 2 }[mode];
  return { count: rows * frames, frames, hop, pad, samples, mode: code };
}

/** Reads a signal through its frames: buffers x, and window where HAS_WINDOW; FRAMING_PARAMS. */
export const FRAMING = /* wgsl */ `
const REFLECT = 1u;
const REPLICATE = 2u;

// A frame's first sample: where its row begins in x, and its position there, which padding makes negative.
struct Origin { row: u32, at: i32 }

fn originOf(frame: u32) -> Origin {
  let row = frame / params.frames;
  return Origin(row * params.samples, i32((frame - row * params.frames) * params.hop) - i32(params.pad));
}

fn sampled(origin: Origin, i: u32) -> f32 {
  let last = i32(params.samples) - 1;
  var p = origin.at + i32(i);
  if (params.mode == REFLECT) {
    p = abs(p);
    p = select(p, 2 * last - p, p > last);
  } else if (params.mode == REPLICATE) {
    p = clamp(p, 0, last);
  }
  if (p < 0 || p > last) { return 0.0; }
  return x[origin.row + u32(p)];
}

fn weight(i: u32) -> f32 {
  if (HAS_WINDOW) { return window[i]; }
  return 1.0;
}
`;
