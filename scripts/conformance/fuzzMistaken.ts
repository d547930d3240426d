/** Seeds of generated programs that Dawn with SwiftShader computes wrongly, with how that was told. */
export const MISTAKEN: Readonly<Record<number, string>> = {
  69: 'dot(~p, global) with p = (0, 0, -1) is 0 there, and -(x + y) where p is written as a constant',
};
