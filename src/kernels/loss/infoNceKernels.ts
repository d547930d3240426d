import { defineKernel } from '../../tensor/engine/kernel.ts';
import { EXPONENTIAL, LOGARITHM } from '../elementwise/mathFunctions.ts';
import { ACROSS_LANES, groupsFor, LANES, laneGroup } from '../reduce/lanes.ts';

const SCALE = `${EXPONENTIAL}
fn scaleOf(logScale: f32) -> f32 { return exponential(vec4f(logScale)).x; }`;

/**
 * The others of a row or column as a pair: the largest product m and S = Σ exp(s (product - m)). With `own` the product on
 * the diagonal, -log softmax of it is log(1 + e^x), x = s (m - own) + log S: no digits are lost where it is near 0.
 */
const TERM = `${SCALE}
${LOGARITHM}
fn termOf(others: vec2f, own: f32, scale: f32) -> f32 {
  if (others.y == 0.0) { return 0.0; }
  let x = scale * (others.x - own) + logarithm(vec4f(others.y)).x;
  return max(x, 0.0) + logarithm1p(exponential(vec4f(-abs(x)))).x;
}`;

// The start of a largest product lies at -3.4e38: times the scale its distance would leave the range of f32.
const JOIN_OTHERS = `
alias R = vec2f;
var<private> scale: f32;
fn join(a: vec2f, b: vec2f) -> vec2f {
  let largest = max(a.x, b.x);
  let below = max(vec2f(a.x, b.x) - largest, vec2f(-1.0e30));
  return vec2f(largest, a.y * exp(scale * below.x) + b.y * exp(scale * below.y));
}`;

/** For each row of a panel that starts at row `start`: its product on the diagonal, and its -log softmax there. */
export const infoNceRows = /* @__PURE__ */ defineKernel({
  name: 'infoNce.rows',
  read: { dots: 'f32', logScale: 'f32' },
  write: { terms: 'f32', diagonal: 'f32' },
  params: { rows: 'u32', n: 'u32', start: 'u32' },
  constants: { LANES },
  workgroup: laneGroup,
  grid: ({ rows }, constants) => groupsFor(rows, constants),
  functions: [TERM, JOIN_OTHERS, ACROSS_LANES].join('\n'),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let inside = row < params.rows;
  let end = select(0u, params.n, inside);
  let base = row * params.n;
  let own = params.start + row;
  scale = scaleOf(logScale[0]);
  var others = vec2f(-3.4028234e38, 0.0);
  for (var j = lane % LANES; j < end; j += LANES) {
    if (j != own) { others.x = max(others.x, dots[base + j]); }
  }
  for (var j = lane % LANES; j < end; j += LANES) {
    if (j != own) { others.y += exp(scale * (dots[base + j] - others.x)); }
  }
  others = acrossLanes(lane, others);
  if (inside && lane % LANES == 0u) {
    diagonal[own] = dots[base + own];
    terms[own] = termOf(others, dots[base + own], scale);
  }
}`,
});

/** Takes the rows of a panel into the pair of each column. */
export const infoNceColumns = /* @__PURE__ */ defineKernel({
  name: 'infoNce.columns',
  read: { dots: 'f32', logScale: 'f32' },
  write: { columns: 'vec2f' },
  params: { rows: 'u32', n: 'u32', start: 'u32' },
  workgroup: 64,
  grid: ({ n }) => Math.ceil(n / 64),
  functions: `${SCALE}${JOIN_OTHERS}`,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = linearGroup(group) * WORKGROUP + lane;
  if (column >= params.n) { return; }
  scale = scaleOf(logScale[0]);
  var others = vec2f(-3.4028234e38, 0.0);
  for (var i = 0u; i < params.rows; i++) {
    if (params.start + i != column) { others.x = max(others.x, dots[i * params.n + column]); }
  }
  for (var i = 0u; i < params.rows; i++) {
    if (params.start + i != column) { others.y += exp(scale * (dots[i * params.n + column] - others.x)); }
  }
  if (params.start > 0u) { others = join(columns[column], others); }
  columns[column] = others;
}`,
});

/** The -log softmax of each column, and its sum with that of the row. */
export const infoNceTerms = /* @__PURE__ */ defineKernel({
  name: 'infoNce.terms',
  read: { rowTerms: 'f32', diagonal: 'f32', columns: 'vec2f', logScale: 'f32' },
  write: { columnTerms: 'f32', terms: 'f32' },
  params: { n: 'u32' },
  workgroup: 64,
  grid: ({ n }) => Math.ceil(n / 64),
  functions: TERM,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.n) { return; }
  let term = termOf(columns[i], diagonal[i], scaleOf(logScale[0]));
  columnTerms[i] = term;
  terms[i] = rowTerms[i] + term;
}`,
});

/**
 * Turns the products of a panel into their gradients in place, and sums each row's share in the gradient of logScale.
 * Rows and columns of P - I and Q - I sum to 0, so that share may measure logits from the diagonal.
 */
export const infoNceGradDots = /* @__PURE__ */ defineKernel({
  name: 'infoNce.gradDots',
  read: { rowTerms: 'f32', columnTerms: 'f32', diagonal: 'f32', logScale: 'f32', dy: 'f32' },
  write: { dots: 'f32', shares: 'f32?' },
  params: { rows: 'u32', n: 'u32', start: 'u32' },
  constants: { LANES },
  workgroup: laneGroup,
  grid: ({ rows }, constants) => groupsFor(rows, constants),
  functions: [SCALE, 'alias R = f32; fn join(a: f32, b: f32) -> f32 { return a + b; }', ACROSS_LANES].join('\n'),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let inside = row < params.rows;
  let end = select(0u, params.n, inside);
  let base = row * params.n;
  let own = min(params.start + row, params.n - 1u);
  let scale = scaleOf(logScale[0]);
  let slope = dy[0] / (2.0 * f32(params.n));
  let middle = diagonal[own];
  let rowTerm = rowTerms[own];
  var share = 0.0;
  for (var j = lane % LANES; j < end; j += LANES) {
    let product = dots[base + j];
    if (j == own) {
      let less = exponentialMinus1(vec4f(-rowTerm, -columnTerms[j], 0.0, 0.0)); // P - 1 and Q - 1, also where they are tiny
      dots[base + j] = slope * scale * (less.x + less.y);
    } else {
      let overRow = scale * (product - middle);
      let overColumn = scale * (product - diagonal[j]);
      let p = exp(overRow - rowTerm);
      let q = exp(overColumn - columnTerms[j]);
      dots[base + j] = slope * scale * (p + q);
      share += p * overRow + q * overColumn;
    }
  }
  share = acrossLanes(lane, share);
  if (HAS_SHARES && inside && lane % LANES == 0u) { shares[own] = slope * share; }
}`,
});
