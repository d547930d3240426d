import { add, div, maximum, minimum, mul, sub } from '../kernels/elementwise/binary.ts';
import type { Operand } from '../kernels/elementwise/binaryOp.ts';
import { type ClampOptions, clamp } from '../kernels/elementwise/clamp.ts';
import { pow } from '../kernels/elementwise/pow.ts';
import { abs, cos, exp, log, neg, relu, rsqrt, sigmoid, sin, sqrt, tanh } from '../kernels/elementwise/unary.ts';
import { matmul } from '../kernels/matmul/matmul.ts';
import { argmax } from '../kernels/reduce/argExtremum.ts';
import { max, min } from '../kernels/reduce/extremum.ts';
import { mean } from '../kernels/reduce/mean.ts';
import type { Dims, ReduceOptions } from '../kernels/reduce/reduction.ts';
import { sum } from '../kernels/reduce/sum.ts';
import { type VarianceOptions, variance } from '../kernels/reduce/variance.ts';
import { expand } from '../kernels/view/expand.ts';
import { permute, transpose } from '../kernels/view/permute.ts';
import { reshape } from '../kernels/view/reshape.ts';
import { slice } from '../kernels/view/slice.ts';
import { squeeze, unsqueeze } from '../kernels/view/squeeze.ts';
import { TensorCore } from './engine/core.ts';
import type { Shape } from './engine/shape.ts';

/**
 * An n-dimensional array on a device, with a place on the tape.
 *
 * The methods are arithmetic, reductions and views, which read well as a chain; everything else is a function. Each is the
 * function of the same name with the tensor as its first argument; see there for shapes and errors.
 */
export class Tensor extends TensorCore {
  add(other: Operand): Tensor {
    return add(this, other);
  }
  sub(other: Operand): Tensor {
    return sub(this, other);
  }
  mul(other: Operand): Tensor {
    return mul(this, other);
  }
  div(other: Operand): Tensor {
    return div(this, other);
  }
  pow(exponent: Operand): Tensor {
    return pow(this, exponent);
  }
  minimum(other: Operand): Tensor {
    return minimum(this, other);
  }
  maximum(other: Operand): Tensor {
    return maximum(this, other);
  }
  matmul(other: Tensor): Tensor {
    return matmul(this, other);
  }

  neg(): Tensor {
    return neg(this);
  }
  abs(): Tensor {
    return abs(this);
  }
  exp(): Tensor {
    return exp(this);
  }
  log(): Tensor {
    return log(this);
  }
  sqrt(): Tensor {
    return sqrt(this);
  }
  rsqrt(): Tensor {
    return rsqrt(this);
  }
  sin(): Tensor {
    return sin(this);
  }
  cos(): Tensor {
    return cos(this);
  }
  tanh(): Tensor {
    return tanh(this);
  }
  sigmoid(): Tensor {
    return sigmoid(this);
  }
  relu(): Tensor {
    return relu(this);
  }
  clamp(options: ClampOptions): Tensor {
    return clamp(this, options);
  }

  sum(dim?: Dims, options?: ReduceOptions): Tensor {
    return sum(this, dim, options);
  }
  mean(dim?: Dims, options?: ReduceOptions): Tensor {
    return mean(this, dim, options);
  }
  max(dim?: Dims, options?: ReduceOptions): Tensor {
    return max(this, dim, options);
  }
  min(dim?: Dims, options?: ReduceOptions): Tensor {
    return min(this, dim, options);
  }
  variance(dim?: Dims, options?: VarianceOptions): Tensor {
    return variance(this, dim, options);
  }
  argmax(dim?: number | null, options?: ReduceOptions): Tensor {
    return argmax(this, dim, options);
  }

  reshape(shape: Shape): Tensor {
    return reshape(this, shape);
  }
  permute(dims: readonly number[]): Tensor {
    return permute(this, dims);
  }
  transpose(a: number, b: number): Tensor {
    return transpose(this, a, b);
  }
  slice(dim: number, start?: number, end?: number, step?: number): Tensor {
    return slice(this, dim, start, end, step);
  }
  squeeze(dim?: number): Tensor {
    return squeeze(this, dim);
  }
  unsqueeze(dim: number): Tensor {
    return unsqueeze(this, dim);
  }
  expand(shape: Shape): Tensor {
    return expand(this, shape);
  }
}
