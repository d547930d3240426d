import { defineKernel } from '../../../tensor/engine/kernel.ts';
import { SEQUENCE_WGSL } from './sequenceBlocks.ts';

/** y = sigmoid(gate) · softmax(scale · q kᵀ) v for all heads of a short sequence; offsets and steps count chunks. */
export const forwardSequence = /* @__PURE__ */ defineKernel({
  name: 'attention.forwardSequence',
  read: { x: 'strided vec4f', table: 'vec4f?', gate: 'strided f32?' },
  write: { y: 'strided vec4f', lse: 'f32' },
  params: {
    sequences: 'u32',
    positions: 'u32',
    heads: 'u32',
    chunks: 'u32',
    step: 'u32', // chunks of x from a position to the next
    yStep: 'u32',
    gateStep: 'u32',
    gateHead: 'u32', // elements from a head's gate to the next one's
    scale: 'f32',
  },
  constants: { LENGTH: { tested: [4, 32] }, CHUNKS: { tested: [1, 2, 8] } },
  workgroup: 1,
  grid: ({ sequences }) => sequences,
  functions: `const PARTS = 2u;${SEQUENCE_WGSL}`,
  wgsl: /* wgsl */ `
var<private> query: Turned;
var<private> sums: Turned;
var<private> tile: Scores;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let sequence = linearGroup(group);
  if (sequence >= params.sequences) { return; }
  let xAt = viewIndex(params.x, sequence);
  let yAt = viewIndex(params.y, sequence);
  var gateAt = 0u;
  if (HAS_GATE) { gateAt = viewIndex(params.gate, sequence); }
  let width = params.heads * CHUNKS;
  let last = params.positions - 1u;
  for (var head = 0u; head < params.heads; head++) {
    let own = xAt + head * CHUNKS;
    copyRows(own + width, own + 2u * width);
    for (var first = 0u; first < params.positions; first += BLOCK) {
      for (var h = 0u; h < W; h++) {
        let t = min(first + 4u * h + QUADS, vec4u(last));
        let at = own + t * params.step;
        for (var c = 0u; c < chunkCount(); c++) {
          putTurned(&query, c, h, mat4x4f(
            rotated(x[at.x + c], t.x, c, 1.0), rotated(x[at.y + c], t.y, c, 1.0),
            rotated(x[at.z + c], t.z, c, 1.0), rotated(x[at.w + c], t.w, c, 1.0)));
        }
      }
      multiply(&query, &tile, 0u);
      var top = array<vec4f, W>();
      for (var h = 0u; h < W; h++) { top[h] = tile[h]; }
      for (var j = 1u; j < params.positions; j++) {
        for (var h = 0u; h < W; h++) { top[h] = max(top[h], tile[j * W + h]); }
      }
      var total = array<vec4f, W>();
      for (var j = 0u; j < params.positions; j++) {
        for (var h = 0u; h < W; h++) {
          let p = exp2((tile[j * W + h] - top[h]) * params.scale);
          tile[j * W + h] = p;
          total[h] += p;
        }
      }
      blend(&sums, &tile, SPAN);
      for (var h = 0u; h < W; h++) {
        let start = first + 4u * h;
        if (start < params.positions) {
          let t = min(start + QUADS, vec4u(last));
          var factor = 1.0 / total[h];
          if (HAS_GATE) {
            let at = gateAt + head * params.gateHead + t * params.gateStep;
            factor *= opening(vec4f(gate[at.x], gate[at.y], gate[at.z], gate[at.w]));
          }
          // Rows past the end write what the last one does, before it does.
          let lseAt = (sequence * params.heads + head) * params.positions + t;
          let sumExp = top[h] * params.scale + log2(total[h]);
          lse[lseAt.w] = sumExp.w;
          lse[lseAt.z] = sumExp.z;
          lse[lseAt.y] = sumExp.y;
          lse[lseAt.x] = sumExp.x;
          let at = yAt + head * CHUNKS + t * params.yStep;
          for (var c = 0u; c < chunkCount(); c++) {
            let values = takeTurned(&sums, c, h);
            y[at.w + c] = values[3] * factor.w;
            y[at.z + c] = values[2] * factor.z;
            y[at.y + c] = values[1] * factor.y;
            y[at.x + c] = values[0] * factor.x;
          }
        }
      }
    }
  }
}`,
});
