import { defineKernel } from '../../tensor/engine/kernel.ts';

/**
 * What the backward passes need of each row beside its own data, packed for one read: log-sum-exp, delta = do · o, and
 * the sigmoid of the gate (1 without one). With y = sigmoid(gate) · o and do = sigmoid(gate) · dy, delta is dy · y, and
 * the gate's gradient is (1 - sigmoid) · delta.
 */
export const rowTerms = /* @__PURE__ */ defineKernel({
  name: 'attention.rowTerms',
  read: { y: 'strided vec4f', dy: 'strided vec4f', lse: 'f32', gate: 'strided f32?' },
  write: { terms: 'vec4f', dgate: 'strided f32?' },
  params: { rows: 'u32' },
  constants: { VALUE: { tested: [1, 8] } },
  workgroup: 64,
  grid: ({ rows }) => Math.ceil(rows / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group) * WORKGROUP + lane;
  if (row >= params.rows) { return; }
  let yAt = viewIndex(params.y, row);
  let dyAt = viewIndex(params.dy, row);
  var sum = vec4f();
  for (var c = 0u; c < VALUE; c++) { sum += y[yAt + c] * dy[dyAt + c]; }
  let delta = (sum.x + sum.y) + (sum.z + sum.w);
  var open = 1.0;
  if (HAS_GATE) {
    let x = gate[viewIndex(params.gate, row)];
    open = 1.0 / (1.0 + exp(min(-x, 80.0)));
    // 1 - sigmoid(x) = sigmoid(-x), without the cancellation.
    if (HAS_DGATE) { dgate[viewIndex(params.dgate, row)] = delta / (1.0 + exp(min(x, 80.0))); }
  }
  terms[row] = vec4f(lse[row], delta, open, 0.0);
}`,
});
