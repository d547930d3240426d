import { defineKernel } from '../../../tensor/engine/kernel.ts';
import { SEQUENCE_WGSL } from './sequenceBlocks.ts';

/**
 * Gradients of q, k, v and the gate for all heads of a short sequence. With the weights p and dp = dy · v, both of which
 * exist for all keys of a block at once, dy · o = Σ p dp, so that the result of the forward pass is not needed:
 *
 *   ds = sigmoid(gate) p (dp - Σ p dp), dq = scale ds k, dk = scale dsᵀ q, dv = sigmoid(gate) pᵀ dy,
 *   dgate = sigmoid(gate) (1 - sigmoid(gate)) Σ p dp
 */
export const gradSequence = /* @__PURE__ */ defineKernel({
  name: 'attention.gradSequence',
  read: { x: 'strided vec4f', table: 'vec4f?', gate: 'strided f32?', dy: 'strided vec4f', lse: 'f32' },
  write: { dx: 'strided vec4f', dgate: 'strided f32?' },
  params: {
    sequences: 'u32',
    positions: 'u32',
    heads: 'u32',
    chunks: 'u32',
    step: 'u32', // chunks from a position to the next
    dyStep: 'u32',
    dxStep: 'u32',
    gateStep: 'u32',
    gateHead: 'u32', // elements from a head's gate to the next one's
    dgateStep: 'u32',
    dgateHead: 'u32',
    scale: 'f32', // of scores in units of log 2
    gradScale: 'f32',
  },
  constants: { LENGTH: { tested: [4, 32] }, CHUNKS: { tested: [1, 2, 8] } },
  workgroup: 1,
  grid: ({ sequences }) => sequences,
  functions: `const PARTS = 4u;${SEQUENCE_WGSL}`,
  wgsl: /* wgsl */ `
alias Block = array<vec4f, BLOCK * CHUNKS>;

var<private> query: Turned;
var<private> queryRows: Block;
var<private> upstream: Turned;
var<private> upstreamRows: Block;
var<private> sums: Turned;
var<private> tile: Scores;
var<private> slopes: Scores;

// rows += weightsᵀ · block, two chunks of four rows at a time; of an odd number of chunks the last is its own neighbor.
fn spread(weights: ptr<private, Scores>, block: ptr<private, Block>, base: u32) {
  for (var c = 0u; c < chunkCount(); c += 2u) {
    let next = min(c + 1u, CHUNKS - 1u);
    for (var j = 0u; j < params.positions; j += 4u) {
      let at = base + j * CHUNKS;
      var left = array<vec4f, 4>();
      var right = array<vec4f, 4>();
      for (var i = 0u; i < 4u; i++) {
        left[i] = rows[at + i * CHUNKS + c];
        right[i] = rows[at + i * CHUNKS + next];
      }
      for (var r = 0u; r < BLOCK; r++) {
        let own = block[r * CHUNKS + c];
        let other = block[r * CHUNKS + next];
        for (var i = 0u; i < 4u; i++) {
          let weight = weights[(j + i) * W + r / 4u][r % 4u];
          left[i] += weight * own;
          right[i] += weight * other;
        }
      }
      for (var i = 0u; i < 4u; i++) {
        rows[at + i * CHUNKS + c] = left[i];
        rows[at + i * CHUNKS + next] = right[i];
      }
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let sequence = linearGroup(group);
  if (sequence >= params.sequences) { return; }
  let xAt = viewIndex(params.x, sequence);
  let dyAt = viewIndex(params.dy, sequence);
  let dxAt = viewIndex(params.dx, sequence);
  var gateAt = 0u;
  if (HAS_GATE) { gateAt = viewIndex(params.gate, sequence); }
  var dgateAt = 0u;
  if (HAS_DGATE) { dgateAt = viewIndex(params.dgate, sequence); }
  let width = params.heads * CHUNKS;
  let last = params.positions - 1u;
  for (var head = 0u; head < params.heads; head++) {
    let own = xAt + head * CHUNKS;
    copyRows(own + width, own + 2u * width);
    for (var i = 2u * SPAN; i < 4u * SPAN; i++) { rows[i] = vec4f(); }
    for (var first = 0u; first < params.positions; first += BLOCK) {
      for (var h = 0u; h < W; h++) {
        let t = min(first + 4u * h + QUADS, vec4u(last));
        let at = own + t * params.step;
        let upAt = dyAt + head * CHUNKS + t * params.dyStep;
        for (var c = 0u; c < chunkCount(); c++) {
          let q = mat4x4f(
            rotated(x[at.x + c], t.x, c, 1.0), rotated(x[at.y + c], t.y, c, 1.0),
            rotated(x[at.z + c], t.z, c, 1.0), rotated(x[at.w + c], t.w, c, 1.0));
          let up = mat4x4f(dy[upAt.x + c], dy[upAt.y + c], dy[upAt.z + c], dy[upAt.w + c]);
          putTurned(&query, c, h, q);
          putTurned(&upstream, c, h, up);
          for (var r = 0u; r < 4u; r++) {
            queryRows[(4u * h + r) * CHUNKS + c] = q[r];
            upstreamRows[(4u * h + r) * CHUNKS + c] = up[r];
          }
        }
      }
      multiply(&query, &tile, 0u);
      multiply(&upstream, &slopes, SPAN);
      for (var h = 0u; h < W; h++) {
        let wanted = first + 4u * h + QUADS;
        let t = min(wanted, vec4u(last));
        let lseAt = (sequence * params.heads + head) * params.positions + t;
        let sumExp = vec4f(lse[lseAt.x], lse[lseAt.y], lse[lseAt.z], lse[lseAt.w]);
        var dot = vec4f();
        for (var j = 0u; j < params.positions; j++) {
          let p = exp2(tile[j * W + h] * params.scale - sumExp);
          tile[j * W + h] = p;
          dot += p * slopes[j * W + h];
        }
        // Rows past the end repeat the last one: they add nothing.
        var open = select(vec4f(), vec4f(1.0), wanted <= vec4u(last));
        if (HAS_GATE) {
          let at = gateAt + head * params.gateHead + t * params.gateStep;
          let own = vec4f(gate[at.x], gate[at.y], gate[at.z], gate[at.w]);
          if (HAS_DGATE) {
            // 1 - sigmoid(x) = sigmoid(-x), without the cancellation.
            let slope = dot * opening(own) * opening(-own);
            let to = dgateAt + head * params.dgateHead + t * params.dgateStep;
            dgate[to.w] = slope.w;
            dgate[to.z] = slope.z;
            dgate[to.y] = slope.y;
            dgate[to.x] = slope.x;
          }
          open *= opening(own);
        }
        for (var j = 0u; j < params.positions; j++) {
          let p = tile[j * W + h] * open;
          slopes[j * W + h] = p * (slopes[j * W + h] - dot);
          tile[j * W + h] = p;
        }
      }
      blend(&sums, &slopes, 0u);
      spread(&slopes, &queryRows, 2u * SPAN);
      spread(&tile, &upstreamRows, 3u * SPAN);
      for (var h = 0u; h < W; h++) {
        let start = first + 4u * h;
        if (start < params.positions) {
          let t = min(start + QUADS, vec4u(last));
          let to = dxAt + head * CHUNKS + t * params.dxStep;
          for (var c = 0u; c < chunkCount(); c++) {
            let values = takeTurned(&sums, c, h) * params.gradScale;
            // Rows past the end write what the last one does, before it does.
            dx[to.w + c] = rotated(values[3], t.w, c, -1.0);
            dx[to.z + c] = rotated(values[2], t.z, c, -1.0);
            dx[to.y + c] = rotated(values[1], t.y, c, -1.0);
            dx[to.x + c] = rotated(values[0], t.x, c, -1.0);
          }
        }
      }
    }
    for (var j = 0u; j < params.positions; j++) {
      let to = dxAt + j * params.dxStep + head * CHUNKS;
      for (var c = 0u; c < chunkCount(); c++) {
        dx[to + width + c] = rotated(rows[2u * SPAN + j * CHUNKS + c] * params.gradScale, j, c, -1.0);
        dx[to + 2u * width + c] = rows[3u * SPAN + j * CHUNKS + c];
      }
    }
  }
}`,
});
