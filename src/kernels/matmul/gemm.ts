import { classOf, type DeviceClass } from '../../tensor/engine/device/deviceClass.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Activation } from './activation.ts';
import { groupTable } from './gemmGroups.ts';
import { canSplit, type Epilogue, launch } from './gemmLaunch.ts';
import { packedOperand } from './gemmPack.ts';
import { gemmPanel, gemmPanelGrouped, gemmPanelStrided, gemmPanelStridedGrouped, STRIP } from './gemmPanel.ts';
import { gemmPanelLocal, gemmPanelLocalGrouped } from './gemmPanelLocal.ts';
import {
  batchSize,
  directionOfA,
  directionOfB,
  type Problem,
  problemOf,
  transposed,
  vectorResult,
} from './gemmProblem.ts';
import {
  gemmRegister,
  gemmRegisterGrouped,
  gemmRegisterMixed,
  gemmRegisterMixedGrouped,
  gemmRegisterStrided,
  gemmRegisterStridedGrouped,
} from './gemmRegister.ts';
import { gemmSkinny, gemmSkinnyShared } from './gemmSkinny.ts';
import { columnPanels, rowPanels } from './gemmStrips.ts';
import { gemmTile, gemmTileGrouped, gemmTileStrided, gemmTileStridedGrouped } from './gemmTile.ts';
import { ALONE, type Lanes, SHARED } from './lanes.ts';

export interface GemmOptions {
  /** Added to the product; a view of y's shape, repeated by strides of 0. */
  readonly bias?: Tensor | null;
  readonly activation?: Activation;
  /** Receives the value before the activation; laid out as y. */
  readonly pre?: Tensor | null;
}

/**
 * y = activation(a · b + bias) for views a [...batch, m, k], b [...batch, k, n] and y [...batch, m, n], whose batch axes are
 * equal (repeated by strides of 0). Writes every element of y.
 */
export function gemm(a: Tensor, b: Tensor, y: Tensor, options: GemmOptions = {}): void {
  const { bias = null, activation = 'none', pre = null } = options;
  if (y.size > 0) multiply(problemOf(a, b, y, bias), { activation, pre });
}

type Variant = 'panel' | 'register4' | 'register8' | 'tile64' | 'tile128' | 'skinny' | 'skinnyShared';

/** Runs a problem with the variant chosen for its sizes on its device. */
export function multiply(problem: Problem, epilogue: Epilogue): void {
  const variant = variantFor(problem);
  if (variant === 'panel') multiplyPanels(problem, epilogue);
  else if (variant === 'skinny') multiplySkinny(problem, epilogue, ALONE);
  else if (variant === 'skinnyShared') multiplySkinny(problem, epilogue, SHARED);
  else if (variant === 'tile64') multiplyTiles(problem, epilogue, 64);
  else if (variant === 'tile128') multiplyTiles(problem, epilogue, 128);
  else multiplyInRegisters(problem, epilogue, variant === 'register4' ? 4 : 8);
}

function variantFor(problem: Problem): Variant {
  const { m, n, k, groups, y } = problem;
  const { device } = y.tensor;
  const kind = classOf(device);
  const candidates: Variant[] = ['register4', 'register8', 'tile64', 'tile128'];
  if (kind === 'softgpu') candidates.unshift('panel');
  if (!groups && Math.min(m, n) <= 4) candidates.push('skinny', 'skinnyShared');
  const key = groups ? groups.key : `${sizeClass(m)}x${sizeClass(n)}x${sizeClass(k)}`;
  return choose(device, `matmul/${key}`, candidates, STATIC_CHOICE[kind](problem));
}

const STATIC_CHOICE: Readonly<Record<DeviceClass, (problem: Problem) => Variant>> = {
  gpu: (problem) => (problem.groups ? 'tile64' : forGpu(problem)),
  processor: (problem) => (problem.groups ? 'register8' : forProcessor(problem)),
  softgpu: () => 'panel',
};

/** Powers of four, so that the classes stay few. */
function sizeClass(extent: number): number {
  return 4 ** Math.min(Math.floor(Math.log2(Math.max(extent, 1)) / 2), 6);
}

function forProcessor({ m, n }: Problem): Variant {
  return Math.min(m, n) <= 4 ? 'register4' : 'register8';
}

const GROUPS_TO_FILL = 264; // two workgroups on each of the 132 multiprocessors of the largest cards

function forGpu(problem: Problem): Variant {
  const { m, n, k } = problem;
  if (Math.min(m, n) <= 4) return tall(problem).a.col === 1 && k >= 32 ? 'skinnyShared' : 'skinny';
  const tiles = Math.ceil(m / 128) * Math.ceil(n / 128) * batchSize(problem);
  const parts = canSplit(problem) ? Math.max(Math.floor(k / 256), 1) : 1;
  return Math.min(m, n) > 64 && tiles * parts >= GROUPS_TO_FILL / 2 ? 'tile128' : 'tile64';
}

function multiplyInRegisters(problem: Problem, epilogue: Epilogue, rows: 4 | 8): void {
  const { groups } = problem;
  const p = groups ? problem : cheaperToPack(problem);
  const table = groups && groupTable(p.y.tensor, groups, groups.tiled === 'm' ? rows : 8);
  const aligned = directionOfB(p) === 'columns';
  const packed = aligned || !packingPays(p) ? null : packedOperand(p, table);
  const along = directionOfA(p);
  const layout = { blockM: rows, blockN: 8, table, packed };
  const splits = splitsForProcessor(problem, rows);
  if (!aligned && packed === null) {
    launch(groups ? gemmRegisterStridedGrouped : gemmRegisterStrided, p, layout, epilogue, splits, { ROWS: rows });
  } else if (along === null) {
    launch(groups ? gemmRegisterMixedGrouped : gemmRegisterMixed, p, layout, epilogue, splits, { ROWS: rows });
  } else {
    const constants = { ROWS: rows, A_ALONG_K: along === 'k' };
    launch(groups ? gemmRegisterGrouped : gemmRegister, p, layout, epilogue, splits, constants);
  }
}

/** The problem or its transpose, whichever has less of its second operand to pack. */
function cheaperToPack(problem: Problem): Problem {
  const turned = transposed(problem);
  return packingCost(turned) < packingCost(problem) ? turned : problem;
}

function packingCost(problem: Problem): number {
  return directionOfB(problem) === 'columns' ? 0 : problem.k * problem.n;
}

/** A packed element is read once per block of rows: under a few of them the copy costs more than it saves. */
function packingPays({ m, groups }: Problem): boolean {
  if (groups?.tiled === 'm' || groups?.list.some(({ k }) => k === undefined)) return false;
  return m >= 16;
}

const DEPTH = 1024; // rows of k whose part of a panel stays in a processor's second-level cache

function splitsForProcessor(problem: Problem, rows: number): number {
  const { m, n, k } = problem;
  if (!canSplit(problem) || k < 4 * DEPTH) {
    const blocks = Math.ceil(m / rows) * Math.ceil(n / 8) * batchSize(problem);
    // Few blocks leave processors idle.
    return canSplit(problem) && blocks < 128 && k >= 512 ? Math.min(Math.ceil(128 / blocks), Math.floor(k / 256)) : 1;
  }
  return Math.ceil(k / DEPTH);
}

function multiplyPanels(problem: Problem, epilogue: Epilogue): void {
  const { groups } = problem;
  const p = groups ? problem : cheaperInPanels(problem);
  const table = groups && groupTable(p.y.tensor, groups, groups.tiled === 'm' ? STRIP : 8);
  const layout = { blockM: STRIP, blockN: 8, table, packed: null, rowsFirst: false };
  const splits = canSplit(p) ? Math.max(1, Math.floor(p.k / DEPTH)) : 1;
  const ADJACENT = groups ? groups.list.every(({ yCol }) => yCol === 1) : p.y.col === 1;
  const aligned = directionOfB(p) === 'columns';
  if (!(aligned && (isNear(p) || !groups)) && !packingPays(p)) {
    launch(groups ? gemmPanelLocalGrouped : gemmPanelLocal, p, layout, epilogue, splits, { ADJACENT });
    return;
  }
  const T = p.y.tensor.dtype as 'f32' | 'f16';
  // Conversions of f16 cost more than a product: each element is converted once.
  const both = table === null && packingPays(p) && (T === 'f16' || (!isNear(p) && !isShort(p.a.col, p.k)));
  const packed = both || (!isNear(p) && packingPays(p)) ? (table ? packedOperand(p, table) : columnPanels(p)) : null;
  const packedRows = both ? rowPanels(p) : null;
  const [whole, parts] = groups ? [gemmPanelGrouped, gemmPanelStridedGrouped] : [gemmPanel, gemmPanelStrided];
  const kernel = vectorResult(p) ? whole : parts;
  const constants = { PACKED: both, ADJACENT, S: both ? 'f32' : T };
  launch(kernel, p, { ...layout, packed, packedRows }, epilogue, splits, constants);
}

/** The problem or its transpose, whichever has less to pack and to read in long steps. */
function cheaperInPanels(problem: Problem): Problem {
  const turned = transposed(problem);
  return panelCost(turned) < panelCost(problem) ? turned : problem;
}

function panelCost(p: Problem): number {
  const { m, n, k, a } = p;
  return (isNear(p) ? 0 : k * n) + (isShort(a.col, k) ? 0 : m * k) + (vectorResult(p) ? 0 : m * n);
}

/** Whether panels of b can be read where they lie. */
function isNear(p: Problem): boolean {
  const { b, k, groups } = p;
  const step = groups ? Math.max(...groups.list.map(({ bRow }) => bRow)) : b.row;
  return directionOfB(p) === 'columns' && isShort(step, k);
}

/** Longer walks in wide steps, powers of two for the worst, find nothing in the cache when they return. */
function isShort(step: number, count: number): boolean {
  return step <= 64 || step * count <= 8192;
}

function multiplyTiles(p: Problem, epilogue: Epilogue, tile: 64 | 128): void {
  const { groups, a, b } = p;
  const table = groups && groupTable(p.y.tensor, groups, tile);
  const layout = { blockM: tile, blockN: tile, table, packed: null };
  const splits = splitsForGpu(p, tile, table?.records);
  const [alongA, alongB] = [directionOfA(p), directionOfB(p)];
  if (alongA && alongB && vectorResult(p)) {
    const constants = { TILE: tile, A_ALONG_K: alongA === 'k', B_ALONG_K: alongB === 'k' };
    launch(groups ? gemmTileGrouped : gemmTile, p, layout, epilogue, splits, constants);
  } else {
    const bRow = groups ? groups.list[0]!.bRow : b.row;
    const constants = { TILE: tile, A_ALONG_K: a.col <= a.row, B_ALONG_K: bRow === 1 };
    launch(groups ? gemmTileStridedGrouped : gemmTileStrided, p, layout, epilogue, splits, constants);
  }
}

function splitsForGpu(problem: Problem, tile: number, records: number | undefined): number {
  const { m, n, k, groups } = problem;
  if (!canSplit(problem)) return 1;
  const [across, down] = [Math.ceil(n / tile), Math.ceil(m / tile)];
  const tiles =
    records === undefined ? across * down * batchSize(problem) : records * (groups?.tiled === 'm' ? across : down);
  return Math.min(Math.ceil(GROUPS_TO_FILL / Math.max(tiles, 1)), Math.max(Math.floor(k / 128), 1));
}

function multiplySkinny(problem: Problem, epilogue: Epilogue, lanes: Lanes): void {
  const p = tall(problem);
  const { rows } = lanes;
  const groups = Math.ceil(p.m / rows) * batchSize(p);
  const wanted = Math.min(Math.ceil(GROUPS_TO_FILL / groups), Math.floor(p.k / 256));
  const splits = canSplit(problem) ? Math.max(wanted, 1) : 1;
  const layout = { blockM: rows, blockN: 4, table: null, packed: null };
  launch(lanes === SHARED ? gemmSkinnyShared : gemmSkinny, p, layout, epilogue, splits, {});
}

/** The problem or its transpose: the one with at most four columns. */
function tall(problem: Problem): Problem {
  return problem.n <= 4 ? problem : transposed(problem);
}
