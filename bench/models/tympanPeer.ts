/** tympan's side of `bench:models`: BSAST on softgpu with so many threads, or on the device that is there. */

import { TriAxialBlock } from '../../src/models/bsast/block.ts';
import { Bsast } from '../../src/models/bsast/bsast.ts';
import { separationLoss } from '../../src/models/bsast/loss.ts';
import type { Module } from '../../src/nn/module.ts';
import { AdamW } from '../../src/nn/optimizer/adamW.ts';
import { clipGradNorm } from '../../src/nn/optimizer/clipGradNorm.ts';
import { tensor } from '../../src/tensor/create.ts';
import { init } from '../../src/tensor/engine/device/init.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import { noGrad } from '../../src/tensor/engine/tape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { serve, type Work } from '../peers/serve.ts';
import { framesOf, latentOf, type ModelProblem, mixtureOf, queryOf, targetOf, weight } from './modelProblem.ts';

const threads = Number(process.argv[2] ?? 2);
const device = await init({ threads });

const finish = () => device.synchronize();
const deviceBytes = () => device.memory().peakBytes;

async function prepare(problem: ModelProblem): Promise<Work> {
  return problem.part.startsWith('block') ? blockWork(problem) : modelWork(problem);
}

function blockWork(problem: ModelProblem): Work {
  const { config, batch } = problem;
  const block = new TriAxialBlock(config);
  setWeights(block);
  const shape = [batch, config.channels, framesOf(problem), config.bands.length, config.dim];
  const x = tensor(latentOf(problem), { shape });
  const forward = () => tidy(() => noGrad(() => block.forward(x)));
  const backward = () => {
    clearGradients(block, x);
    x.requiresGrad = true;
    tidy(() => block.forward(x).sum().backward());
  };
  const run = problem.part === 'block forward' ? () => forward().dispose() : backward;
  const lastRow = async () => {
    if (problem.part === 'block forward') return lastOf(forward());
    backward();
    return lastOf(x.grad!);
  };
  return { run, finish, deviceBytes, lastRow };
}

async function modelWork(problem: ModelProblem): Promise<Work> {
  const { config, batch, samples, part } = problem;
  const model = new Bsast(config);
  setWeights(model);
  model.checkpointedBlocks = problem.checkpointedBlocks;
  const mixture = tensor(mixtureOf(problem), { shape: [batch, config.channels, samples] });
  const query = tensor(queryOf(problem), { shape: [batch, config.embedding] });
  const target = tensor(targetOf(problem), { shape: [batch, samples] });
  const forward = () => tidy(() => noGrad(() => model.forward(mixture, query)));
  if (part === 'forward') {
    return { run: () => forward().dispose(), finish, deviceBytes, lastRow: () => lastOf(forward()) };
  }
  const optimizer = new AdamW(model.parameters(), { lr: 1e-4 });
  const gradients = () => {
    optimizer.zeroGrad();
    return tidy(() => {
      const loss = separationLoss(model.forward(mixture, query), target);
      loss.backward();
      return loss;
    });
  };
  const step = () => {
    gradients().dispose();
    tidy(() => clipGradNorm(model.parameters(), 5));
    optimizer.step();
  };
  // Before any step has changed the weights.
  const loss = part === 'training step' ? await lossOf(forward(), target) : 0;
  const lastRow = async () => {
    if (part === 'training step') return [loss];
    return [...(await lastOf(forward())), await gradients().item(), ...(await someGradients(model))];
  };
  return { run: part === 'agreement' ? () => forward().dispose() : step, finish, deviceBytes, lastRow };
}

async function lossOf(estimate: Tensor, target: Tensor): Promise<number> {
  const loss = noGrad(() => separationLoss(estimate, target));
  estimate.dispose();
  const value = await loss.item();
  loss.dispose();
  return value;
}

function setWeights(model: Module): void {
  const names = [...model.stateDict()].sort(([a], [b]) => (a < b ? -1 : 1));
  const state = names.map(([name, { shape }], place) => [name, tensor(weight(name, shape, place), { shape })] as const);
  model.loadStateDict(new Map(state));
  for (const [, made] of state) made.dispose();
}

function clearGradients(block: Module, x: Tensor): void {
  for (const holder of [x, ...block.parameters()]) holder.grad = null;
}

async function lastOf(x: Tensor): Promise<Float32Array> {
  const values = (await x.data()) as Float32Array;
  return values.slice(-4096);
}

/** The norm of each parameter's gradient, in the order of their names. */
async function someGradients(model: Module): Promise<number[]> {
  const names = [...model.namedParameters()].sort(([a], [b]) => (a < b ? -1 : 1));
  const norms: number[] = [];
  for (const [, { grad }] of names) norms.push(Math.hypot(...((await grad!.data()) as Float32Array)));
  return norms;
}

await serve<ModelProblem>({ title: `tympan on softgpu, ${threads} threads`, prepare });
