/** How control can leave a statement, as a set of bits. https://www.w3.org/TR/WGSL/#behaviors */

export type Behavior = number;

export const NEXT = 1;
export const BREAK = 2;
export const CONTINUE = 4;
export const RETURN = 8;

/** `first` and then `second`, which may be out of reach. */
export function sequence(first: Behavior, second: Behavior): Behavior {
  return first & NEXT ? (first & ~NEXT) | second : first;
}

/** Of a loop, from that of all its parts together; empty where nothing leaves it. */
export function loopBehavior(parts: Behavior): Behavior {
  const left = parts & ~(BREAK | CONTINUE | NEXT);
  return parts & BREAK ? left | NEXT : left;
}

/** Of a switch, from that of all its clauses together. */
export function switchBehavior(clauses: Behavior): Behavior {
  return clauses & BREAK ? (clauses & ~BREAK) | NEXT : clauses;
}
