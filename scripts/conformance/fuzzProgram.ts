import { type Callable, type Scope, storable } from './fuzzExpression.ts';
import { Random } from './fuzzRandom.ts';
import { F32, I32, type Place, randomShape, type Shape, type StructShape, typeText, U32, vector } from './fuzzShape.ts';
import { block, type Context, Names, type Procedure } from './fuzzStatement.ts';

/** A valid program, and how it is to be run. */
export interface FuzzProgram {
  readonly seed: number;
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
  readonly invocations: number;
}

/** Scalars that each invocation writes, to each of the three output buffers. */
export const OUTPUTS = 6;

const PRELUDE = `
struct Settings { turns: u32, step: i32, offset: vec3<i32>, scale: vec4f, turn: mat3x2f }
@group(0) @binding(0) var<storage, read> inI: array<i32, 64>;
@group(0) @binding(1) var<storage, read> inU: array<u32, 64>;
@group(0) @binding(2) var<storage, read> inF: array<f32, 64>;
@group(0) @binding(3) var<uniform> settings: Settings;
@group(0) @binding(4) var<storage, read_write> outI: array<i32>;
@group(0) @binding(5) var<storage, read_write> outU: array<u32>;
@group(0) @binding(6) var<storage, read_write> outF: array<f32>;
@group(0) @binding(7) var<storage, read_write> counters: array<atomic<u32>, 8>;
`;

/** Functions that bring floats back to whole numbers from 0 to below 1024, for each type of float. */
function smallFunctions(): string {
  const lines = ['fn small(x: f32) -> f32 { let y = floor(x); return y - floor(y * 0.0009765625) * 1024.0; }'];
  for (const n of [2, 3, 4]) {
    lines.push(
      `fn small${n}(x: vec${n}f) -> vec${n}f { let y = floor(x); return y - floor(y * 0.0009765625) * 1024.0; }`,
    );
  }
  for (const c of [2, 3, 4]) {
    for (const r of [2, 3, 4]) {
      const columns = Array.from({ length: c }, (_, i) => `small${r}(m[${i}])`).join(', ');
      lines.push(`fn small${c}x${r}(m: mat${c}x${r}f) -> mat${c}x${r}f { return mat${c}x${r}f(${columns}); }`);
    }
  }
  return lines.join('\n');
}

const WORKGROUPS: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [4, 1, 1],
  [8, 2, 1],
  [3, 5, 1],
  [2, 2, 2],
  [32, 1, 1],
  [1, 7, 2],
];

export function generateProgram(seed: number): FuzzProgram {
  const random = new Random(seed);
  const names = new Names();
  const size = random.pick(WORKGROUPS);
  const lanes = size[0] * size[1] * size[2];
  const workgroups = [1 + random.below(3), 1 + random.below(2), 1] as const;
  const structs = makeStructs(random);
  const inputs: Place[] = [
    { text: 'inI', shape: { kind: 'array', element: I32, count: 64 } },
    { text: 'inU', shape: { kind: 'array', element: U32, count: 64 } },
    { text: 'inF', shape: { kind: 'array', element: F32, count: 64 } },
    { text: 'settings.step', shape: I32 },
    { text: 'settings.offset', shape: vector(3, 'i32') },
    { text: 'settings.scale', shape: vector(4, 'f32') },
    { text: 'settings.turn', shape: { kind: 'matrix', columns: 3, rows: 2 } },
  ];
  const privates = Array.from({ length: 1 + random.below(3) }, () => ({
    text: names.fresh('p'),
    shape: randomShape(random, structs),
  }));
  const base: Context = {
    random,
    names,
    structs,
    places: [...inputs, ...privates],
    targets: privates,
    functions: [],
    procedures: [],
    depth: 1,
    inLoop: false,
    result: undefined,
  };
  const { functions, procedures, text } = makeFunctions(base);
  const shared = randomShape(random, structs);
  const main = makeMain({ ...base, functions, procedures }, shared, lanes);
  const code = [
    structs
      .map(
        ({ name, members }) => `struct ${name} { ${members.map((m) => `${m.name}: ${typeText(m.shape)}`).join(', ')} }`,
      )
      .join('\n'),
    PRELUDE,
    privates.map((place) => `var<private> ${place.text}: ${typeText(place.shape)};`).join('\n'),
    `const LANES = ${lanes}u;`,
    `var<workgroup> shared_: array<${typeText(shared)}, LANES>;`,
    'var<workgroup> tally: atomic<i32>;',
    smallFunctions(),
    text,
    `@compute @workgroup_size(${size.join(', ')})`,
    `fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(global_invocation_id) global: vec3u) ${main}`,
  ].join('\n');
  return { seed, code: indented(code), workgroups, invocations: lanes * workgroups[0] * workgroups[1] * workgroups[2] };
}

function makeStructs(random: Random): StructShape[] {
  const structs: StructShape[] = [];
  for (let i = random.below(3); i > 0; i--) {
    const members = Array.from({ length: 1 + random.below(4) }, (_, m) => ({
      name: `m${m}`,
      shape: randomShape(random, structs, 1),
    }));
    structs.push({ kind: 'struct', name: `S${structs.length}`, members });
  }
  return structs;
}

interface MadeFunctions {
  readonly functions: readonly Callable[];
  readonly procedures: readonly Procedure[];
  readonly text: string;
}

/** Each may call those before it. */
function makeFunctions(base: Context): MadeFunctions {
  const { random, names, structs } = base;
  const functions: Callable[] = [];
  const procedures: Procedure[] = [];
  const lines: string[] = [];
  for (let i = 1 + random.below(4); i > 0; i--) {
    const parameters = Array.from({ length: random.below(3) }, () => ({
      text: names.fresh('a'),
      shape: randomShape(random, structs, 1),
    }));
    const list = parameters.map((place) => `${place.text}: ${typeText(place.shape)}`);
    const context: Context = {
      ...base,
      functions: [...functions],
      procedures: [...procedures],
      places: [...base.places, ...parameters],
    };
    const shapes = parameters.map(({ shape }) => shape);
    const name = names.fresh('f');
    const result = randomShape(random, structs, 1);
    const statements = 1 + random.below(4);
    if (random.chance(0.6)) {
      const body = block({ ...context, result }, statements);
      lines.push(
        `fn ${name}(${list.join(', ')}) -> ${typeText(result)} ${body.slice(0, -1)}return ${storable(context, result, 3)};\n}`,
      );
      functions.push({ name, parameters: shapes, result });
    } else {
      const pointer: Place = { text: '(*to)', shape: result };
      const places = [...context.places, pointer];
      const body = block({ ...context, places, targets: [...context.targets, pointer, pointer] }, statements);
      lines.push(`fn ${name}(${[`to: ptr<function, ${typeText(result)}>`, ...list].join(', ')}) ${body}`);
      procedures.push({ name, target: result, parameters: shapes });
    }
  }
  return { functions, procedures, text: lines.join('\n') };
}

/** Counters each have one operation: those commute, so the order of invocations does not show. */
const COUNTING = ['atomicAdd', 'atomicSub', 'atomicMax', 'atomicMin', 'atomicAnd', 'atomicOr', 'atomicXor'];

function makeMain(base: Context, shared: Shape, lanes: number): string {
  const { random } = base;
  const here: Place[] = [
    { text: 'lane', shape: U32 },
    { text: 'group', shape: vector(3, 'u32') },
    { text: 'global', shape: vector(3, 'u32') },
  ];
  const context: Context = { ...base, places: [...base.places, ...here] };
  const lines = [
    'let slot = lane + LANES * (group.x + groups.x * group.y);',
    block(context, 2 + random.below(4)).slice(2, -2),
  ];
  const phases = random.below(3);
  for (let phase = 0; phase < phases; phase++) {
    lines.push(
      `shared_[lane] = ${storable(context, shared, 3)};`,
      `atomicAdd(&tally, ${storable(context, I32, 2)});`,
      'workgroupBarrier();',
    );
    const neighbor: Place = { text: `shared_[(lane + ${random.below(lanes)}u) % LANES]`, shape: shared };
    const reading: Context = {
      ...context,
      places: [...context.places, neighbor, { text: 'atomicLoad(&tally)', shape: I32 }],
    };
    lines.push(`${block(reading, 1 + random.below(3))}`, 'workgroupBarrier();');
  }
  if (random.chance(0.4)) lines.push(uniformLoop(context, shared));
  COUNTING.forEach((operation, at) => {
    if (random.chance(0.5)) lines.push(`${operation}(&counters[${at}], ${storable(context, U32, 2)});`);
  });
  for (let i = 0; i < OUTPUTS; i++) {
    for (const [buffer, shape] of [
      ['outI', I32],
      ['outU', U32],
      ['outF', F32],
    ] as const) {
      lines.push(`${buffer}[slot * ${OUTPUTS}u + ${i}u] = ${storable(context, shape, 4)};`);
    }
  }
  return `{\n${lines.join('\n')}\n}`;
}

/** Barriers in a loop whose number of turns a uniform buffer gives. */
function uniformLoop(context: Scope, shared: Shape): string {
  return `for (var k = 0u; k < settings.turns; k++) {
shared_[lane] = ${storable(context, shared, 2)};
workgroupBarrier();
let seen = shared_[(lane + k) % LANES];
workgroupBarrier();
shared_[lane] = seen;
workgroupBarrier();
}`;
}

/** Lines indented by their braces, so that a failing program can be read. */
function indented(code: string): string {
  let depth = 0;
  return code
    .split('\n')
    .map((line) => {
      const opens = (line.match(/{/g) ?? []).length;
      const closes = (line.match(/}/g) ?? []).length;
      const leading = /^\s*}/.test(line) ? 1 : 0;
      const text = `${'  '.repeat(Math.max(0, depth - leading))}${line.trim()}`;
      depth += opens - closes;
      return text;
    })
    .join('\n');
}
