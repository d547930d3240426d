import type { Device } from './device/device.ts';
import { defaultDevice } from './device/init.ts';
import { DeviceError } from './errors.ts';

/** Device time of one kernel over a profiled function. */
export interface KernelTime {
  /** `<op>.<step>` */
  readonly kernel: string;
  readonly count: number;
  readonly totalMs: number;
}

export interface Profile {
  /** By total time, the longest first. */
  readonly kernels: readonly KernelTime[];
  readonly totalMs: number;
  /** Time from the first kernel's start to the last one's end. */
  readonly spanMs: number;
}

const QUERIES = 4096; // the most a query set may hold
const QUERY_RESOLVE = 0x200;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const MAP_READ = 0x1;

/**
 * Times every kernel that `fn` launches by timestamp queries. Each dispatch gets a pass of its own, which costs some
 * microseconds that an ordinary run does not have.
 *
 * @throws DeviceError where the device has no `timestamp-query`.
 */
export async function profile(fn: () => void, device: Device = defaultDevice()): Promise<Profile> {
  if (!device.features.has('timestamp-query')) {
    throw new DeviceError(
      `profile: ${device.name} has no timestamp-query; time whole steps with device.synchronize() instead`,
    );
  }
  const { recorder } = device;
  recorder.flush();
  const sets: { querySet: GPUQuerySet; labels: string[] }[] = [];
  recorder.timestamps = (label) => {
    let last = sets[sets.length - 1];
    if (!last || last.labels.length * 2 === QUERIES) {
      last = { querySet: device.gpu.createQuerySet({ type: 'timestamp', count: QUERIES }), labels: [] };
      sets.push(last);
    }
    const at = last.labels.push(label) * 2 - 2;
    return { querySet: last.querySet, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  };
  try {
    fn();
    recorder.flush();
  } finally {
    recorder.timestamps = undefined;
  }
  const spans: Span[] = [];
  for (const { querySet, labels } of sets) spans.push(...(await readSpans(device, querySet, labels)));
  return summarize(spans);
}

interface Span {
  readonly kernel: string;
  readonly start: bigint;
  readonly end: bigint;
}

async function readSpans(device: Device, querySet: GPUQuerySet, labels: readonly string[]): Promise<Span[]> {
  const count = labels.length * 2;
  const resolved = device.gpu.createBuffer({ size: count * 8, usage: QUERY_RESOLVE | COPY_SRC });
  const staging = device.gpu.createBuffer({ size: count * 8, usage: MAP_READ | COPY_DST });
  device.recorder.copy((encoder) => {
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, count * 8);
  });
  device.recorder.flush();
  await device.orFailure(staging.mapAsync(MAP_READ));
  const times = new BigUint64Array(staging.getMappedRange().slice(0));
  for (const made of [resolved, staging, querySet]) made.destroy();
  return labels.map((kernel, i) => ({ kernel, start: times[2 * i]!, end: times[2 * i + 1]! }));
}

function summarize(spans: readonly Span[]): Profile {
  const byKernel = new Map<string, { count: number; total: bigint }>();
  let [first, last, total] = [spans[0]?.start ?? 0n, 0n, 0n];
  for (const { kernel, start, end } of spans) {
    const time = end > start ? end - start : 0n; // a driver may order the two reads loosely
    const made = byKernel.get(kernel) ?? { count: 0, total: 0n };
    byKernel.set(kernel, { count: made.count + 1, total: made.total + time });
    total += time;
    if (start < first) first = start;
    if (end > last) last = end;
  }
  const kernels = [...byKernel].map(([kernel, made]) => ({
    kernel,
    count: made.count,
    totalMs: Number(made.total) / 1e6,
  }));
  kernels.sort((a, b) => b.totalMs - a.totalMs);
  return { kernels, totalMs: Number(total) / 1e6, spanMs: Number(last > first ? last - first : 0n) / 1e6 };
}
