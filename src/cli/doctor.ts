import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { hardwareThreads } from '../softgpu/runtime/executor/spawnWorker.ts';
import { relaxedSimd } from '../softgpu/wasm/features.ts';
import { tensor } from '../tensor/create.ts';
import { importDawn } from '../tensor/engine/device/dawn.ts';
import type { Device } from '../tensor/engine/device/device.ts';
import { init, shutdown } from '../tensor/engine/device/init.ts';

/** Prints which device `init()` takes on this machine, what it can do, whether it computes, and what was passed over. */
export async function doctor(): Promise<void> {
  line(
    'machine',
    `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${gib(totalmem())}`,
  );
  line('node', process.version);
  const dawn = await importDawn();
  line('dawn', 'reason' in dawn ? dawn.reason : `npm package webgpu ${versionOf('webgpu')}`);
  line('softgpu', softgpu());
  line('TYMPAN_DEVICE', process.env['TYMPAN_DEVICE'] ?? 'not set (auto)');
  try {
    await describe(await init());
  } catch (error) {
    line('device', `none: ${(error as Error).message}`);
    process.exitCode = 1;
  } finally {
    await shutdown();
  }
}

async function describe(device: Device): Promise<void> {
  line('device', `${device.name} (${device.kind === 'gpu' ? 'a GPU' : 'runs on the processor'})`);
  if (device.fallbackReason) line('no GPU because', device.fallbackReason);
  line('features', [...device.features].sort().join(', ') || 'none');
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = device.limits;
  line('largest tensor', gib(Math.min(maxBufferSize, maxStorageBufferBindingSize)));
  line('workgroup memory', `${maxComputeWorkgroupStorageSize / 1024} KiB`);
  line('profiling', device.features.has('timestamp-query') ? 'per kernel (timestamp queries)' : 'whole steps only');
  line('computes', await works());
}

/** What the processor as a device could do here. */
function softgpu(): string {
  const shared = typeof SharedArrayBuffer === 'function';
  const threads = shared ? hardwareThreads() : 1;
  const memory = shared ? 'shared memory' : 'no shared memory, so the calling thread alone';
  return `${threads} ${threads === 1 ? 'thread' : 'threads'}, ${memory}, ${relaxedSimd() ? '' : 'no '}relaxed SIMD`;
}

/** One kernel, there and back. */
async function works(): Promise<string> {
  const x = tensor([1, 2, 3]);
  const y = x.mul(2);
  const values = [...(await y.data())];
  x.dispose();
  y.dispose();
  return values.join() === '2,4,6' ? 'yes' : `no: 2 · [1, 2, 3] came back as [${values.join(', ')}]`;
}

function versionOf(name: string): string {
  const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
  return version;
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function line(what: string, value: string): void {
  console.log(`${what.padEnd(18)}${value}`);
}
