/**
 * onnxruntime-web's WebAssembly: `onnxRuntimePeer.ts 2` for two threads. It copies inputs and outputs at every run, so the
 * graph has its operands as constants, does the operation several times, and returns the last row of each only.
 */

import { type Constant, type Node, onnxModel } from './onnxModel.ts';
import { loadPeer, PACKAGES } from './packages.ts';
import { EPSILON, inputsOf, type Problem } from './problem.ts';
import { serve, type Work } from './serve.ts';

interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads: number; simd?: boolean } };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

interface Session {
  run(inputs: object): Promise<Record<string, { readonly data: Float32Array }>>;
  release(): Promise<void>;
}

const threads = Number(process.argv[2] ?? 1);
const ort = loadPeer('onnxruntime-web') as OnnxRuntime;
ort.env.wasm.numThreads = threads;

const REPEATS = 4;

async function prepare(problem: Problem): Promise<Work | undefined> {
  const operation = operationOf(problem);
  if (!operation) return undefined;
  const model = modelOf(problem, operation);
  // Without optimizations: they would compute constants once and drop what is done twice.
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'disabled' };
  const session = await ort.InferenceSession.create(model, options);
  return {
    operationsPerRun: REPEATS,
    run: async () => void (await session.run({})),
    lastRow: async () => {
      const { data } = (await session.run({}))['rows']!;
      return data.slice(-data.length / REPEATS);
    },
    dispose: () => void session.release(),
  };
}

interface GraphOperation {
  /** The output of the last is `y`. */
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
}

/** Each repetition is followed by a slice of its last row. */
function modelOf({ rows }: Problem, { nodes, constants }: GraphOperation): Uint8Array {
  const repeated = Array.from({ length: REPEATS }, (_, repeat) => {
    const inner = new Set(nodes.map(({ output }) => output));
    const renamed = (name: string) => (inner.has(name) ? `${name}${repeat}` : name);
    const operation = nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renamed),
      output: renamed(node.output),
    }));
    const last = { operator: 'Slice', inputs: [renamed('y'), 'first', 'end', 'axis'], output: `row${repeat}` };
    return [...operation, last];
  });
  const slices = repeated.map((_, repeat) => `row${repeat}`);
  const whole = [...constants, indices('first', rows - 1), indices('end', rows), indices('axis', 0)];
  const rowsNode: Node = { operator: 'Concat', inputs: slices, output: 'rows', attributes: { axis: 0 } };
  return onnxModel([...repeated.flat(), rowsNode], whole, 'rows');
}

function operationOf(problem: Problem): GraphOperation | undefined {
  const { operation, rows, columns, inner } = problem;
  const inputs = inputsOf(problem);
  if (operation === 'copy') return undefined;
  const x: Constant = { name: 'x', shape: [rows, inner || columns], data: inputs.a() };
  const single = (node: Omit<Node, 'output'>, ...constants: Constant[]): GraphOperation => ({
    nodes: [{ ...node, output: 'y' }],
    constants: [x, ...constants],
  });
  const scalar = (name: string, value: number): Constant => ({ name, shape: [], data: Float32Array.of(value) });
  switch (operation) {
    case 'matmul':
      return single(
        { operator: 'MatMul', inputs: ['x', 'b'] },
        { name: 'b', shape: [inner, columns], data: inputs.b() },
      );
    case 'multiplyAdd':
      return {
        nodes: [
          { operator: 'Mul', inputs: ['x', 'two'], output: 'product' },
          { operator: 'Add', inputs: ['product', 'one'], output: 'y' },
        ],
        constants: [x, scalar('two', 2), scalar('one', 1)],
      };
    case 'exp':
      return single({ operator: 'Exp', inputs: ['x'] });
    case 'gelu':
      return single({ operator: 'Gelu', inputs: ['x'], attributes: { approximate: 'tanh' } });
    case 'softmax':
      return single({ operator: 'Softmax', inputs: ['x'], attributes: { axis: 1 } });
    case 'layerNorm':
      // Its epsilon is 1e-5 unless the node has another.
      if (EPSILON !== 1e-5) throw new Error('the model needs an attribute for another epsilon');
      return single(
        { operator: 'LayerNormalization', inputs: ['x', 'weight', 'bias'], attributes: { axis: 1 } },
        { name: 'weight', shape: [columns], data: inputs.weight() },
        { name: 'bias', shape: [columns], data: inputs.bias() },
      );
    case 'rfft':
      return {
        nodes: [{ operator: 'DFT', inputs: ['signal', '', 'dimension'], output: 'y', attributes: { onesided: 1 } }],
        constants: [
          { name: 'signal', shape: [rows, columns, 1], data: inputs.a() },
          { name: 'dimension', shape: [], data: BigInt64Array.of(1n) },
        ],
      };
  }
}

function indices(name: string, value: number): Constant {
  return { name, shape: [1], data: BigInt64Array.of(BigInt(value)) };
}

const title = `onnxruntime-web ${PACKAGES['onnxruntime-web']} wasm, ${threads} thread${threads > 1 ? 's' : ''}`;
await serve({ title, prepare });
