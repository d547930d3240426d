/** Radices with a butterfly below; a transform size that has other prime factors takes the direct sum. */
export const RADICES = [2, 3, 4, 5, 7, 8] as const;
export type Radix = (typeof RADICES)[number];

/** Complex numbers over V, which is f32 (one transform) or vec4f (four transforms side by side). */
export const COMPLEX = /* wgsl */ `
struct Complex { re: V, im: V }
fn plus(a: Complex, b: Complex) -> Complex { return Complex(a.re + b.re, a.im + b.im); }
fn minus(a: Complex, b: Complex) -> Complex { return Complex(a.re - b.re, a.im - b.im); }
fn scaled(a: Complex, by: f32) -> Complex { return Complex(a.re * by, a.im * by); }
// a · -i
fn turned(a: Complex) -> Complex { return Complex(a.im, -a.re); }
// a · exp(-i angle), for w = (cos angle, sin angle)
fn rotated(a: Complex, w: vec2f) -> Complex { return Complex(a.re * w.x + a.im * w.y, a.im * w.x - a.re * w.y); }
`;

/**
 * Discrete Fourier transforms of 2 to 8 points in registers, exponent -2πi / radix. The odd ones pair v[s] with
 * v[radix - s]: with t their sum and u their difference, y[q] = v[0] + Σ cos(2πqs / radix) t[s] - i Σ sin(2πqs / radix) u[s].
 */
export const BUTTERFLIES: Readonly<Record<Radix, string>> = {
  2: /* wgsl */ `
fn butterfly2(v: ptr<function, array<Complex, 8>>) {
  let a = (*v)[0];
  let b = (*v)[1];
  (*v)[0] = plus(a, b);
  (*v)[1] = minus(a, b);
}
`,
  3: /* wgsl */ `
fn butterfly3(v: ptr<function, array<Complex, 8>>) {
  let t = plus((*v)[1], (*v)[2]);
  let u = scaled(turned(minus((*v)[1], (*v)[2])), 0.8660254037844386);
  let c = minus((*v)[0], scaled(t, 0.5));
  (*v)[0] = plus((*v)[0], t);
  (*v)[1] = plus(c, u);
  (*v)[2] = minus(c, u);
}
`,
  4: /* wgsl */ `
fn butterfly4(v: ptr<function, array<Complex, 8>>) {
  let a = plus((*v)[0], (*v)[2]);
  let b = minus((*v)[0], (*v)[2]);
  let c = plus((*v)[1], (*v)[3]);
  let d = turned(minus((*v)[1], (*v)[3]));
  (*v)[0] = plus(a, c);
  (*v)[1] = plus(b, d);
  (*v)[2] = minus(a, c);
  (*v)[3] = minus(b, d);
}
`,
  5: /* wgsl */ `
fn butterfly5(v: ptr<function, array<Complex, 8>>) {
  const C = vec2f(0.30901699437494745, -0.8090169943749473);
  const S = vec2f(0.9510565162951535, 0.5877852522924732);
  let v0 = (*v)[0];
  let t1 = plus((*v)[1], (*v)[4]);
  let t2 = plus((*v)[2], (*v)[3]);
  let u1 = turned(minus((*v)[1], (*v)[4]));
  let u2 = turned(minus((*v)[2], (*v)[3]));
  let a1 = plus(v0, plus(scaled(t1, C.x), scaled(t2, C.y)));
  let a2 = plus(v0, plus(scaled(t1, C.y), scaled(t2, C.x)));
  let b1 = plus(scaled(u1, S.x), scaled(u2, S.y));
  let b2 = minus(scaled(u1, S.y), scaled(u2, S.x));
  (*v)[0] = plus(v0, plus(t1, t2));
  (*v)[1] = plus(a1, b1);
  (*v)[2] = plus(a2, b2);
  (*v)[3] = minus(a2, b2);
  (*v)[4] = minus(a1, b1);
}
`,
  7: /* wgsl */ `
fn weighed(a: Complex, b: Complex, c: Complex, by: vec3f) -> Complex {
  return plus(scaled(a, by.x), plus(scaled(b, by.y), scaled(c, by.z)));
}

fn butterfly7(v: ptr<function, array<Complex, 8>>) {
  const C = vec3f(0.6234898018587336, -0.22252093395631434, -0.900968867902419);
  const S = vec3f(0.7818314824680298, 0.9749279121818236, 0.43388373911755823);
  let v0 = (*v)[0];
  let t1 = plus((*v)[1], (*v)[6]);
  let t2 = plus((*v)[2], (*v)[5]);
  let t3 = plus((*v)[3], (*v)[4]);
  let u1 = turned(minus((*v)[1], (*v)[6]));
  let u2 = turned(minus((*v)[2], (*v)[5]));
  let u3 = turned(minus((*v)[3], (*v)[4]));
  let a1 = plus(v0, weighed(t1, t2, t3, C));
  let a2 = plus(v0, weighed(t1, t2, t3, C.yzx));
  let a3 = plus(v0, weighed(t1, t2, t3, C.zxy));
  let b1 = weighed(u1, u2, u3, S);
  let b2 = weighed(u1, u2, u3, vec3f(S.y, -S.z, -S.x));
  let b3 = weighed(u1, u2, u3, vec3f(S.z, -S.x, S.y));
  (*v)[0] = plus(v0, plus(t1, plus(t2, t3)));
  (*v)[1] = plus(a1, b1);
  (*v)[2] = plus(a2, b2);
  (*v)[3] = plus(a3, b3);
  (*v)[4] = minus(a3, b3);
  (*v)[5] = minus(a2, b2);
  (*v)[6] = minus(a1, b1);
}
`,
  8: /* wgsl */ `
fn butterfly8(v: ptr<function, array<Complex, 8>>) {
  const H = 0.7071067811865476;
  let a = plus((*v)[0], (*v)[4]);
  let b = minus((*v)[0], (*v)[4]);
  let c = plus((*v)[2], (*v)[6]);
  let d = turned(minus((*v)[2], (*v)[6]));
  let e = plus((*v)[1], (*v)[5]);
  let f = minus((*v)[1], (*v)[5]);
  let g = plus((*v)[3], (*v)[7]);
  let h = turned(minus((*v)[3], (*v)[7]));
  let even0 = plus(a, c);
  let even1 = plus(b, d);
  let even2 = minus(a, c);
  let even3 = minus(b, d);
  let odd0 = plus(e, g);
  let odd1 = rotated(plus(f, h), vec2f(H, H));
  let odd2 = turned(minus(e, g));
  let odd3 = rotated(minus(f, h), vec2f(-H, H));
  (*v)[0] = plus(even0, odd0);
  (*v)[1] = plus(even1, odd1);
  (*v)[2] = plus(even2, odd2);
  (*v)[3] = plus(even3, odd3);
  (*v)[4] = minus(even0, odd0);
  (*v)[5] = minus(even1, odd1);
  (*v)[6] = minus(even2, odd2);
  (*v)[7] = minus(even3, odd3);
}
`,
};
