/**
 * Programs of the Tint corpus whose results WGSL leaves open, with why: both devices may be right with different ones.
 */
export const UNDETERMINED: Readonly<Record<string, string>> = {};
