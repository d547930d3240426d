import { blockOf, copyBlock } from '../kernels/indexing/copyBlock.ts';
import type { Module } from '../nn/module.ts';
import type { AdamW } from '../nn/optimizer/adamW.ts';
import type { Ema } from '../nn/optimizer/ema.ts';
import { trainedTensor } from '../nn/packedParameter.ts';
import { zeros } from '../tensor/create.ts';
import { copyInto } from '../tensor/engine/copyInto.ts';
import { own, tidy } from '../tensor/engine/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { CheckpointError } from './checkpointStore.ts';
import type { Communicator } from './mpi/communicator.ts';

export interface TrainedState {
  readonly model: Module;
  readonly optimizer: AdamW;
  readonly ema: Ema;
}

/**
 * All tensors that a run consists of, as views by name: `model.<name>` weights and buffers, `ema.<name>` averaged weights,
 * `optimizer.state` both moments, `optimizer.hyper` rate and bias corrections. The caller disposes them.
 */
export function stateTensors({ model, optimizer, ema }: TrainedState): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const put = (name: string, of: Tensor, like: Tensor) => {
    tensors.set(name, own(of.view(like.shape, like.strides, like.offset)));
  };
  for (const [name, tensor] of model.stateDict()) put(`model.${name}`, tensor, tensor);
  for (const [name, parameter] of model.namedParameters()) {
    const at = ema.parameters.indexOf(trainedTensor(parameter));
    if (at >= 0) put(`ema.${name}`, ema.shadows[at]!, parameter); // a part of a packed parameter lies alike in both
  }
  for (const [name, tensor] of optimizer.stateDict()) put(`optimizer.${name}`, tensor, tensor);
  return tensors;
}

/** `stateTensors` for a file: the same run gives the same bytes. The caller disposes them. */
export function savedTensors(state: TrainedState): Map<string, Tensor> {
  const tensors = stateTensors(state);
  const whole = tensors.get('optimizer.state')!;
  tensors.set('optimizer.state', withoutGaps(whole, state.optimizer));
  whole.dispose();
  return tensors;
}

/** Kernels step whole vec4s: between parameters the state has what happened to lie behind their gradients. Zeros there. */
function withoutGaps(moments: Tensor, { parameters, places }: AdamW): Tensor {
  const clean = own(zeros(moments.shape));
  tidy(() => {
    for (const [i, { size }] of parameters.entries()) {
      copyBlock(blockOf(moments, 1, places[i]!, size), blockOf(clean, 1, places[i]!, size));
    }
  });
  return clean;
}

export function disposeAll(tensors: ReadonlyMap<string, Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose();
}

/**
 * Puts back what a checkpoint holds.
 *
 * @throws CheckpointError naming what is missing or unfit, before anything is written.
 */
export async function restoreState(
  state: TrainedState,
  loaded: ReadonlyMap<string, Tensor>,
  file: string,
): Promise<void> {
  const tensors = stateTensors(state);
  try {
    const missing = [...tensors.keys()].filter((name) => !loaded.has(name));
    const strange = [...loaded.keys()].filter((name) => !tensors.has(name));
    if (missing.length + strange.length > 0) {
      throw new CheckpointError(
        `${file}: does not fit the model of this config: ${missing.length} tensors missing (${some(missing)}), ${strange.length} unknown (${some(strange)})`,
      );
    }
    for (const [name, tensor] of tensors) {
      const given = loaded.get(name)!;
      if (given.shape.join() !== tensor.shape.join() || given.dtype !== tensor.dtype) {
        throw new CheckpointError(
          `${file}: ${name} must be ${tensor.dtype} [${tensor.shape.join(', ')}], got ${given.dtype} [${given.shape.join(', ')}]`,
        );
      }
    }
    for (const [name, tensor] of tensors) copyInto(tensor, loaded.get(name)!);
  } finally {
    disposeAll(tensors);
  }
}

/** Gives all processes the state of the first. */
export async function broadcastState(state: TrainedState, communicator: Communicator): Promise<void> {
  const tensors = stateTensors(state);
  try {
    for (const tensor of tensors.values()) {
      const values = await tensor.data();
      communicator.broadcast(values, 0);
      if (communicator.rank === 0) continue;
      using received = tensorLike(tensor, values);
      copyInto(tensor, received);
    }
  } finally {
    disposeAll(tensors);
  }
}

/**
 * How many processes have weights, or averaged weights, of other bits than the first. They all apply the same gradients; but
 * devices of different kinds round differently. Collective.
 */
export async function differingProcesses(state: TrainedState, communicator: Communicator): Promise<number> {
  if (communicator.size === 1) return 0;
  const { model, ema } = state;
  const own = Uint32Array.of(0x811c9dc5);
  for (const tensor of [...model.stateDict().values(), ...ema.shadows]) own[0] = checksum(await tensor.data(), own[0]!);
  const first = own.slice();
  communicator.broadcast(first, 0);
  const differing = Float32Array.of(first[0] === own[0] ? 0 : 1);
  communicator.allReduceSum(differing);
  return differing[0]!;
}

/** FNV-1a over 32-bit words, going on from `hash`. */
function checksum(values: ArrayBufferView, hash: number): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  return hash >>> 0;
}

function tensorLike(tensor: Tensor, values: ArrayLike<number>): Tensor {
  const made = own(tensor.derive(tensor.shape));
  made.write(values);
  return made;
}

function some(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ') || 'none';
}
