import type { Device } from '../src/tensor/engine/device/device.ts';
import type { BenchCase } from './benchCase.ts';
import { CeilingMeter, type Ceilings, secondsOf } from './ceilings.ts';
import { Inputs } from './inputs.ts';
import { Meter, median, type Sample, type Work } from './measure.ts';
import type { Report, Result } from './report.ts';

export interface RunOptions {
  /** Per case; ceilings are measured between them. */
  readonly samples: number;
  readonly scale: string;
  readonly progress: (line: string) => void;
  /** Called for a case that throws; the others go on. */
  readonly failed: (name: string, error: unknown) => void;
}

/** Measures the ceilings, then each case with the ceilings again between its samples: a busy machine slows both. */
export async function runBench(device: Device, cases: readonly BenchCase[], options: RunOptions): Promise<Report> {
  const { samples, scale, progress, failed } = options;
  progress('ceilings');
  const ceilings = new CeilingMeter(device);
  await ceilings.warmUp();
  const atStart = await collect(samples, () => ceilings.sample());
  const results: Result[] = [];
  for (const [i, benchCase] of cases.entries()) {
    progress(`${i + 1}/${cases.length} ${benchCase.name} ${benchCase.shape}`);
    try {
      results.push(await measureCase(device, benchCase, ceilings, samples));
    } catch (error) {
      failed(`${benchCase.name} ${benchCase.shape}`, error);
    }
  }
  ceilings.dispose();
  const clock = device.features.has('timestamp-query') ? 'device' : 'wall';
  const { kind, name } = device;
  return { device: { kind, name }, clock, scale, ceilings: medianCeilings(atStart), results };
}

async function measureCase(
  device: Device,
  { name, shape, flops, bytes, make }: BenchCase,
  ceilings: CeilingMeter,
  count: number,
): Promise<Result> {
  const inputs = new Inputs();
  let work: Work | undefined;
  try {
    work = make(inputs);
    const meter = new Meter(device, work);
    await meter.warmUp();
    const pairs = await collect(count, async () => ({ ceiling: await ceilings.sample(), own: await meter.sample() }));
    const own = pairs.map((pair) => pair.own);
    return {
      name,
      shape,
      flops,
      bytes,
      ms: 1000 * median(own.map(secondsOf)),
      wallMs: median(own.map(({ wallMs }) => wallMs)),
      ceilings: medianCeilings(pairs.map(({ ceiling }) => ceiling)),
      kernels: middleKernels(own),
    };
  } finally {
    work?.dispose?.();
    inputs.dispose();
    device.trim(); // the next case may need the memory
  }
}

/** The kernels of the sample with the median time. */
function middleKernels(samples: readonly Sample[]): Sample['kernels'] {
  const middle = median(samples.map(secondsOf));
  return samples.find((sample) => secondsOf(sample) === middle)?.kernels ?? [];
}

function medianCeilings(samples: readonly Ceilings[]): Ceilings {
  return { flops: median(samples.map(({ flops }) => flops)), bytes: median(samples.map(({ bytes }) => bytes)) };
}

async function collect<T>(count: number, sample: () => Promise<T>): Promise<T[]> {
  const samples: T[] = [];
  for (let i = 0; i < count; i++) samples.push(await sample());
  return samples;
}
