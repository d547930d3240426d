import { afterEach, describe, expect, test, vi } from 'vitest';
import { type CheckReport, createSoftGPU, globals, type SoftGPUOptions } from '../../src/softgpu/index.ts';

const { STORAGE } = globals.GPUBufferUsage;
const devices: GPUDevice[] = [];

afterEach(() => {
  for (const device of devices.splice(0)) device.destroy();
});

interface Run {
  /** The bytes of each storage buffer, bound from 0 on. */
  readonly buffers: readonly number[];
  readonly workgroups?: readonly [number, number?, number?];
  readonly label?: string;
  readonly constants?: Record<string, number>;
  readonly threads?: number;
  readonly times?: number;
}

/** Everything that one dispatch reports. */
async function reportsOf(check: 'bounds' | 'races', code: string, run: Run): Promise<CheckReport[]> {
  const reports: CheckReport[] = [];
  await dispatch({ check, threads: run.threads ?? 1, onReport: (report) => reports.push(report) }, code, run);
  return reports;
}

async function dispatch(options: SoftGPUOptions, code: string, run: Run): Promise<void> {
  const adapter = await createSoftGPU(options).requestAdapter();
  const device = await adapter!.requestDevice({ requiredFeatures: ['shader-f16'] });
  devices.push(device);
  device.pushErrorScope('validation');
  const compute = { module: device.createShaderModule({ code }), ...(run.constants && { constants: run.constants }) };
  const pipeline = device.createComputePipeline({ layout: 'auto', compute, label: run.label ?? '' });
  const entries = run.buffers.map((size, binding) => ({
    binding,
    resource: device.createBuffer({ size, usage: STORAGE }),
  }));
  for (let time = 0; time < (run.times ?? 1); time++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(...(run.workgroups ?? [1]));
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  }
  expect((await device.popErrorScope())?.message).toBeUndefined();
}

const messages = (reports: readonly CheckReport[]) => reports.map(({ message }) => message);

describe("check: 'bounds'", () => {
  const shift = `
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(4, 2) fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + 4 * id.y;
  y[i] = y[i + 1u];
}`;

  test('names place, index, length, and the first invocation', async () => {
    const [report, ...more] = await reportsOf('bounds', shift, {
      buffers: [4 * 32],
      workgroups: [1, 4],
      label: 'shift',
    });
    expect(more).toEqual([]);
    expect(report).toMatchObject({
      kind: 'bounds',
      kernel: 'shift',
      at: { line: 5, column: 10, text: 'y[i + 1u]' },
      invocation: { workgroup: [0, 3, 0], local: [3, 1, 0] },
      index: 32,
      length: 32,
    });
    expect(report!.message).toMatchInlineSnapshot(
      `"kernel shift, 5:10 \`y[i + 1u]\`: index 32 is out of bounds of 32 elements, in invocation (3, 1, 0) of workgroup (0, 3, 0); the last element was used"`,
    );
  });

  test('says nothing of a kernel that stays inside', async () => {
    expect(await reportsOf('bounds', shift, { buffers: [4 * 33], workgroups: [1, 4] })).toEqual([]);
  });

  test('finds it on two threads as well', async () => {
    expect(await reportsOf('bounds', shift, { buffers: [64], workgroups: [1, 2], threads: 2 })).toHaveLength(1);
  });

  test.each([
    ['a negative index', 'var a = array<i32, 3>(1, 2, 3); y[0] = a[y[0] - 1];', -1, 3],
    ['an element of a vector', 'let v = vec3i(1, 2, 3); y[0] = v[y[0] + 3];', 3, 3],
    ['a component that is stored', 'var v = vec4i(); v[y[0] + 9] = 1; y[0] = v.x;', 9, 4],
    ['a column of a matrix', 'let m = mat3x2f(); y[0] = i32(m[y[0] + 3].x);', 3, 3],
    ['an array value', 'let a = array<i32, 2>(y[0], 2); y[0] = a[y[0] + 2];', 2, 2],
    ['an array of one element', 'var a = array<i32, 1>(4); a[y[0] + 1] = 2; y[0] = a[0];', 1, 1],
    ['an index that folds to a constant', 'let i = 5u; y[0] = shared_words[i];', 5, 4],
    ['a constant index of a runtime-sized array', 'y[7] = 1;', 7, 2],
    ['an index through a pointer', 'let p = &shared_words; y[0] = (*p)[y[0] + 4];', 4, 4],
    ['one round of an unrolled loop', 'for (var i = 0; i < 5; i++) { y[1] += shared_words[i]; }', 4, 4],
    ['an atomic', 'atomicAdd(&counters[y[0] + 2], 1);', 2, 2],
    ['a called function', 'y[0] = wordAt(4);', 4, 4],
  ])('checks %s', async (_, body, index, length) => {
    const code = `
@group(0) @binding(0) var<storage, read_write> y: array<i32>;
var<workgroup> shared_words: array<i32, 4>;
var<workgroup> counters: array<atomic<i32>, 2>;
fn wordAt(i: i32) -> i32 { return shared_words[i]; }
@compute @workgroup_size(1) fn main() {
  ${body}
}`;
    expect(await reportsOf('bounds', code, { buffers: [8] })).toMatchObject([{ index, length }]);
  });

  test('leaves alone what && guards', async () => {
    const code = `
@group(0) @binding(0) var<storage, read_write> y: array<i32>;
@compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
  if (i < arrayLength(&y) && y[i] == 0) { y[i] = 1; }
}`;
    expect(await reportsOf('bounds', code, { buffers: [8] })).toEqual([]);
  });

  test('reports each place of a kernel, also behind a barrier', async () => {
    const code = `
override n: u32 = 4;
@group(0) @binding(0) var<storage, read_write> y: array<u32>;
var<workgroup> tile: array<u32, 8>;
@compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
  tile[i + n] = y[i];
  workgroupBarrier();
  y[i] = tile[i - 1];
}`;
    expect(await reportsOf('bounds', code, { buffers: [32], constants: { n: 3 } })).toMatchObject([
      { at: { line: 6, text: 'tile[i + n]' }, invocation: { local: [5, 0, 0] }, index: 8 },
      { at: { line: 8, text: 'tile[i - 1]' }, invocation: { local: [0, 0, 0] }, index: -1 },
    ]);
  });

  test('tells each place once for each dispatch, however many workgroups come to it', async () => {
    const run = { buffers: [64], workgroups: [5000], threads: 0, times: 3 } as const;
    expect(await reportsOf('bounds', shift, run)).toHaveLength(3 * 2); // both y[i] and y[i + 1u]
  });

  test('warns once of each place without onReport', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await dispatch({ check: 'bounds', threads: 0 }, shift, { buffers: [64], workgroups: [1, 2], times: 3 });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(/^softgpu: kernel main, 5:10 `y\[i \+ 1u\]`: index 16 is out of bounds/);
    warn.mockRestore();
  });
});

describe("check: 'races'", () => {
  const header = `
enable f16;
@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@group(0) @binding(1) var<storage, read_write> halves: array<f16>;
var<workgroup> tile: array<u32, 8>;
var<workgroup> count: atomic<u32>;
@compute @workgroup_size(8) fn main(
  @builtin(local_invocation_index) i: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  _ = &y; _ = &halves;
`;
  const races = (body: string, workgroups: readonly [number, number?] = [2]) =>
    reportsOf('races', `${header}${body}\n}`, { buffers: [4 * 64, 4 * 64], workgroups, label: 'k' });

  test('names both places and both invocations', async () => {
    const reports = await races('tile[i] = i;\ny[8 * group.x + i] = tile[(i + 7) % 8];', [1]);
    expect(reports[0]).toMatchObject({
      kind: 'races',
      kernel: 'k',
      variable: 'tile',
      byteOffset: 0,
      at: { line: 11, text: 'tile[(i + 7) % 8]' },
      writes: false,
      invocation: { workgroup: [0, 0, 0], local: [1, 0, 0] },
      other: { at: { line: 10 }, writes: true, invocation: { workgroup: [0, 0, 0], local: [0, 0, 0] } },
    });
    expect(messages(reports)).toMatchInlineSnapshot(`
      [
        "kernel k: race on tile, byte 0: read at 11:22 \`tile[(i + 7) % 8]\` in invocation (1, 0, 0) of workgroup (0, 0, 0), written at 10:1 \`tile[i] = i\` in invocation (0, 0, 0) of workgroup (0, 0, 0); no workgroupBarrier() lies between",
        "kernel k: race on tile, byte 28: written at 10:1 \`tile[i] = i\` in invocation (7, 0, 0) of workgroup (0, 0, 0), read at 11:22 \`tile[(i + 7) % 8]\` in invocation (0, 0, 0) of workgroup (0, 0, 0); no workgroupBarrier() lies between",
      ]
    `);
  });

  test.each([
    [
      'two writes of one word of workgroup memory',
      'tile[0] = i; workgroupBarrier(); y[8 * group.x + i] = tile[0];',
      'tile',
    ],
    ['a write after reads', 'y[8 * group.x + i] = tile[3]; if (i == 5) { tile[3] = 1; }', 'tile'],
    [
      'a write by the invocation that read last',
      'if (i > 3) { y[8 * group.x + i] = tile[2]; } if (i == 7) { tile[2] = 1; }',
      'tile',
    ],
    [
      'a barrier missing in a loop',
      'for (var k = 0u; k < 9; k++) { tile[i] = k; workgroupBarrier(); y[8 * group.x + i] += tile[7 - i]; }',
      'tile',
    ],
    [
      'storage that only a workgroupBarrier separates',
      'y[8 * group.x + i] = i; workgroupBarrier(); y[8 * group.x + 7 - i] += 1;',
      'y',
    ],
    ['one word of storage written by two workgroups', 'if (i == 0) { y[3] = 1; }', 'y'],
    [
      'storage that another workgroup writes',
      'storageBarrier(); y[i + 8 * group.x] = y[(i + 8 * group.x + 8) % 16];',
      'y',
    ],
    [
      'a vector that overlaps a word',
      'if (i == 0) { tile[1] = 2; } if (i == 2) { let all = tile; y[8 * group.x] = all[1]; }',
      'tile',
    ],
  ])('finds %s', async (_, body, variable) => {
    const reports = await races(body);
    expect(reports.length).toBeGreaterThan(0);
    for (const report of reports) expect(report).toMatchObject({ kind: 'races', variable });
  });

  test.each([
    ['a tile behind a barrier', 'tile[i] = i; workgroupBarrier(); y[8 * group.x + i] = tile[7 - i];'],
    [
      'a loop with both barriers',
      'for (var k = 0u; k < 9; k++) { tile[i] = k; workgroupBarrier(); y[8 * group.x + i] += tile[7 - i]; workgroupBarrier(); }',
    ],
    [
      'a tree reduction',
      'tile[i] = i; workgroupBarrier(); for (var s = 4u; s > 0; s /= 2) { if (i < s) { tile[i] += tile[i + s]; } workgroupBarrier(); } if (i == 0) { y[group.x] = tile[0]; }',
    ],
    ['storage behind a storageBarrier', 'y[8 * group.x + i] = i; storageBarrier(); y[8 * group.x + 7 - i] += 1;'],
    ['halves of one word', 'halves[8 * group.x + i] = f16(i);'],
    ['atomics', 'atomicAdd(&count, 1u); workgroupBarrier(); if (i == 0) { y[group.x] = atomicLoad(&count); }'],
    ['workgroupUniformLoad', 'if (i == 0) { tile[0] = 7; } y[8 * group.x + i] = workgroupUniformLoad(&tile[0]);'],
    ['what && guards', 'if (i < 4 && y[8 * group.x + i + 4] == 0) { y[8 * group.x + i] = 1; }'],
    ['workgroup memory of one workgroup after the other', 'if (i == group.x) { tile[0] = y[60]; }'],
  ])('says nothing of %s', async (_, body) => {
    expect(messages(await races(body))).toEqual([]);
  });

  test('says nothing of two dispatches that write the same', async () => {
    const code = `${header} y[8 * group.x + i] = i; }`;
    const run = { buffers: [256, 256], workgroups: [8], times: 2 } as const;
    expect(await reportsOf('races', code, run)).toEqual([]);
  });

  test('finds a race between the first and the last of many workgroups', async () => {
    const code = `${header} let g = group.x + 100 * group.y; if (i == 0 && (g == 0 || g == 4999)) { y[1] = g; } }`;
    expect(await reportsOf('races', code, { buffers: [256, 256], workgroups: [100, 50] })).toMatchObject([
      { invocation: { workgroup: [99, 49, 0] }, other: { invocation: { workgroup: [0, 0, 0] } } },
    ]);
  });
});
