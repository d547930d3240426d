/** Writes ONNX models: protocol buffers of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */

export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | string>>;
}

export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

const IR_VERSION = 9;
const OPERATOR_SET = 20;
const FLOAT = 1;
const INT64 = 7;
const INTEGER_ATTRIBUTE = 2;
const STRING_ATTRIBUTE = 3;

/** A model without inputs, whose one output has floats of any shape. */
export function onnxModel(nodes: readonly Node[], constants: readonly Constant[], output: string): Uint8Array {
  const graph = joined([
    ...nodes.map((node) => message(1, nodeProto(node))),
    text(2, 'graph'),
    ...constants.map((constant) => message(5, tensorProto(constant))),
    message(12, joined([text(1, output), message(2, message(1, integer(1, FLOAT)))])),
  ]);
  return joined([
    integer(1, IR_VERSION),
    message(7, graph),
    message(8, joined([text(1, ''), integer(2, OPERATOR_SET)])),
  ]);
}

function nodeProto({ operator, inputs, output, attributes = {} }: Node): Uint8Array {
  return joined([
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => message(5, attributeProto(name, value))),
  ]);
}

function attributeProto(name: string, value: number | string): Uint8Array {
  const fields =
    typeof value === 'string'
      ? [text(4, value), integer(20, STRING_ATTRIBUTE)]
      : [integer(3, value), integer(20, INTEGER_ATTRIBUTE)];
  return joined([text(1, name), ...fields]);
}

function tensorProto({ name, shape, data }: Constant): Uint8Array {
  return joined([
    ...shape.map((length) => integer(1, length)),
    integer(2, data instanceof Float32Array ? FLOAT : INT64),
    text(8, name),
    message(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...variable(field * 8), ...variable(value)]);
}

function message(field: number, bytes: Uint8Array): Uint8Array {
  return joined([Uint8Array.from([...variable(field * 8 + 2), ...variable(bytes.length)]), bytes]);
}

function text(field: number, value: string): Uint8Array {
  return message(field, new TextEncoder().encode(value));
}

/** Seven bits a byte, the lowest first. */
function variable(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
