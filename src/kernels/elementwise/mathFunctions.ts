/**
 * Elementary functions in WGSL, four at a time. WGSL's own ones may be as wrong as 2^-11 (sin, cos), overflow on the way
 * (tanh), lose their digits where the result is near 0 (log, tanh) or for large arguments (exp), and differ between
 * devices; these stay within a few units in the last place of f32. Polynomials are minimax fits on the stated interval.
 *
 * Comparisons send a NaN to the branch that hands it on: not every device's exp does.
 */

/**
 * `exponential`: e^x = 2^n · e^r with n = round(x / ln 2), |r| <= ln(2) / 2, e^r = 1 + r + r² Q(r).
 * `exponentialMinus1`: e^x - 1 = r + r² Q(r) for small x, without the rounding of 1 + …
 */
export const EXPONENTIAL = /* wgsl */ `
fn exponentialTail(r: vec4f) -> vec4f {
  return r * r * (0.49999994 + r * (0.16666509 + r * (0.041668519 + r * (0.008370122 + r * 0.0013812275))));
}
fn exponential(x: vec4f) -> vec4f {
  let below = select(x, vec4f(89.0), x > vec4f(89.0));
  let inside = select(below, vec4f(-87.4), below < vec4f(-87.4));
  let n = round(inside * 1.44269504);
  // ln 2 in two parts, the first short enough that its multiples are exact.
  let r = (inside - n * 0.693359375) + n * 2.12194440e-4;
  let half = bitcast<vec4f>((vec4i(n) + 126) << vec4u(23u)); // 2^n itself leaves the range of f32
  return (2.0 + 2.0 * (r + exponentialTail(r))) * half;
}
fn exponentialMinus1(x: vec4f) -> vec4f {
  return select(exponential(x) - 1.0, x + exponentialTail(x), abs(x) < vec4f(0.3466));
}`;

/**
 * `logarithm`: ln x = e · ln 2 + ln(1 + f) with x = 2^e (1 + f), 1/√2 <= 1 + f < √2. Subnormal numbers count as 0.
 * `logarithm1p`: ln(1 + x) without the rounding of 1 + x where that is near 1.
 */
export const LOGARITHM = /* wgsl */ `
fn logarithmTail(f: vec4f) -> vec4f {
  let p = 0.33333331 + f * (-0.25000826 + f * (0.20001234 + f * (-0.16623132 + f * (0.14201362
    + f * (-0.1316213 + f * (0.12765577 + f * -0.07634257))))));
  return f * f * (f * p - 0.5);
}
fn logarithm(x: vec4f) -> vec4f {
  let bits = bitcast<vec4i>(x) - 0x3f3504f3; // 1/√2
  let e = vec4f(bits >> vec4u(23u));
  let f = bitcast<vec4f>((bits & vec4i(0x007fffff)) + 0x3f3504f3) - 1.0;
  let result = e * 0.693359375 + (f + (logarithmTail(f) - e * 2.12194440e-4));
  let regular = (x >= vec4f(1.17549435e-38)) & (x <= vec4f(3.40282346e38));
  let notANumber = bitcast<vec4f>(bitcast<vec4u>(x) | vec4u(0x7fc00000u));
  let irregular = select(select(x, -1.0 / (x * 0.0), x < vec4f(1.0)), notANumber, x < vec4f());
  return select(irregular, result, regular);
}
fn logarithm1p(x: vec4f) -> vec4f {
  let near = (x > vec4f(-0.2928)) & (x < vec4f(0.4141));
  return select(logarithm(1.0 + x), x + logarithmTail(x), near);
}`;

/**
 * sin and cos of x = n π/2 + r, |r| <= π/4, from polynomials in r. π/2 in four parts, of which three have 8 bits: exact
 * multiples up to |x| = 1e5. Beyond that the error grows to |x| · 2^-24.
 */
export const SINE = /* wgsl */ `
fn sineOfTurned(x: vec4f, quarters: i32) -> vec4f {
  let n = round(x * 0.63661977);
  let r = (((x - n * 1.5703125) - n * 0.0004825592041015625) - n * 1.26659870147705078125e-6) - n * 9.9209363e-10;
  let u = r * r;
  let sine = r + r * u * (-0.16666654 + u * (0.0083321305 + u * -0.00019510748));
  let cosine = (1.0 - 0.5 * u) + u * u * (0.041666646 + u * (-0.0013887306 + u * 2.4431261e-5));
  let quarter = vec4i(n) + quarters;
  let value = select(sine, cosine, (quarter & vec4i(1)) == vec4i(1));
  return select(value, -value, (quarter & vec4i(2)) == vec4i(2));
}`;

/** exp only of negative numbers: no overflow, whatever x is. */
export const SIGMOID = /* wgsl */ `
fn sigmoid(x: vec4f) -> vec4f {
  let t = exp(-abs(x));
  let large = 1.0 / (1.0 + t);
  return select(select(x, large, x >= vec4f()), t * large, x < vec4f());
}`;

/** x + x³ P(x²) below 0.625, (1 - t) / (1 + t) with t = e^(-2|x|) above. */
export const TANGENT = /* wgsl */ `
fn hyperbolicTangent(x: vec4f) -> vec4f {
  let u = x * x;
  let p = -0.3333328 + u * (0.13331383 + u * (-0.053734008 + u * (0.020618193 + u * -0.0056794132)));
  let t = exp(-2.0 * abs(x));
  let large = (1.0 - t) / (1.0 + t);
  return select(select(large, -large, x < vec4f()), x + x * u * p, !(abs(x) >= vec4f(0.625)));
}`;

/**
 * `errorFunction`: erf x = x P(x²) below 1; erfc x = e^(-x Q(x)) from 1 to 4, where it drops under half a unit of 1.
 * `normalTail`: the standard normal distribution Φ(x), by the same two.
 */
export const ERROR_FUNCTION = /* wgsl */ `
fn erfNear(x: vec4f) -> vec4f {
  let u = x * x;
  return x * (1.1283791 + u * (-0.37612626 + u * (0.11283585 + u * (-0.026853811 + u * (0.0051883273
    + u * (-0.00080101908 + u * 7.853852e-5))))));
}
fn erfcFar(z: vec4f) -> vec4f {
  let q = 1.1286917 + z * (0.63497943 + z * (0.10651572 + z * (-0.023997977 + z * (0.0037521627
    + z * (-0.00034937327 + z * 1.3848517e-5)))));
  return select(exp(-z * q), vec4f(), z > vec4f(4.0));
}
fn errorFunction(x: vec4f) -> vec4f {
  let z = abs(x);
  let far = 1.0 - erfcFar(z);
  return select(select(far, -far, x < vec4f()), erfNear(x), !(z >= vec4f(1.0)));
}
fn normalDistribution(x: vec4f) -> vec4f {
  let z = abs(x) * 0.70710678;
  let tail = 0.5 * erfcFar(z);
  return select(select(1.0 - tail, tail, x < vec4f()), 0.5 + 0.5 * erfNear(x * 0.70710678), !(z >= vec4f(1.0)));
}`;

/**
 * `arcTangent`: atan2 from the angle under 45°, atan z = z + z³ P(z²), turned into its octant. `overSquares`: x / (a² + b²),
 * 0 at the origin.
 */
export const ARC_TANGENT = /* wgsl */ `
fn arcTangent(y: vec4f, x: vec4f) -> vec4f {
  let far = max(abs(x), abs(y));
  let near = min(abs(x), abs(y));
  let z = select(near / far, vec4f(), far == vec4f());
  let u = z * z;
  let p = -0.33333152 + u * (0.19993769 + u * (-0.14211021 + u * (0.10665881 + u * (-0.075519793
    + u * (0.043209493 + u * (-0.016366741 + u * 0.0029204632))))));
  let inOctant = z + z * u * p;
  let inQuadrant = select(inOctant, 1.57079633 - inOctant, abs(y) > abs(x));
  let upper = select(inQuadrant, 3.14159265 - inQuadrant, x < vec4f());
  return select(upper, -upper, y < vec4f());
}
fn overSquares(x: vec4f, a: vec4f, b: vec4f) -> vec4f {
  let squares = a * a + b * b;
  return select(x / squares, vec4f(), squares == vec4f());
}`;

/**
 * `power`: a^b = e^(b ln|a|), of negative a only for integer b, as torch does it. The relative error is about
 * (1 + |b ln a|) · 1e-7: that of b ln a, which e^x turns from absolute into relative.
 */
export const POWER = /* wgsl */ `
fn power(a: vec4f, b: vec4f) -> vec4f {
  let size = abs(a);
  let ofZero = select(1.0 / size, vec4f(), b > vec4f());
  let magnitude = select(exponential(b * logarithm(size)), ofZero, size == vec4f());
  let odd = fract(abs(b) * 0.5) == vec4f(0.5);
  let signed = select(magnitude, -magnitude, odd);
  let notANumber = bitcast<vec4f>(bitcast<vec4u>(a) | vec4u(0x7fc00000u));
  let ofNegative = select(notANumber, signed, floor(b) == b);
  return select(select(magnitude, ofNegative, a < vec4f()), vec4f(1.0), b == vec4f());
}`;

/** What softgpu's own functions do as exactly, and faster. */
const BUILT_IN = {
  exponential: 'exp(x)',
  hyperbolicTangent: 'tanh(x)',
  // Where exp overflows, the quotient is 0: softgpu keeps infinities.
  sigmoid: '1.0 / (1.0 + exp(-x))',
};

/** The functions above with WGSL's own in their place where those of softgpu are as good. */
/* @__NO_SIDE_EFFECTS__ */
export function withBuiltIns(functions: string): string {
  let text = functions;
  for (const [name, builtIn] of Object.entries(BUILT_IN)) {
    const definition = `fn ${name}(`;
    if (!text.includes(definition)) continue;
    const own = `${definition}x: vec4f) -> vec4f { return ${builtIn}; }`;
    text = `${text.replace(definition, `fn ${name}Series(`)}\n${own}`;
  }
  return text;
}
