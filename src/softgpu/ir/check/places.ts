/** Places in WGSL texts by number, so that a checked kernel can name one in a word. */

import type { Span } from '../../wgsl/ast.ts';
import { position } from '../../wgsl/diagnostics.ts';

export type Check = 'bounds' | 'races';

export interface Place {
  readonly line: number;
  readonly column: number;
  /** The expression or statement there, on one line. */
  readonly text: string;
  /** Of an access that may race: the variable, and whether it is written. */
  readonly access: WatchedAccess | null;
}

export interface WatchedAccess {
  readonly variable: string;
  readonly space: 'storage' | 'workgroup';
  readonly writes: boolean;
}

/** The places of one text, in kernels that are checked in one way. */
export interface SourcePlaces {
  readonly check: Check;
  numberOf(span: Span, access: WatchedAccess | null): number;
}

/** One list for all kernels of a GPU, so that a number alone says where. */
export class Places {
  readonly #places: Place[] = [];
  readonly #numbers = new Map<string, Map<string, number>>();

  at(number: number): Place | undefined {
    return this.#places[number];
  }

  /** The same text gets the same numbers again. */
  of(source: string, check: Check): SourcePlaces {
    const numbers = this.#numbers.get(source) ?? new Map<string, number>();
    this.#numbers.set(source, numbers);
    return {
      check,
      numberOf: (span, access) => {
        const key = `${span.offset} ${span.length} ${access?.variable} ${access?.writes}`;
        const known = numbers.get(key);
        if (known !== undefined) return known;
        const { lineNum, linePos } = position(source, span.offset);
        const number = this.#places.push({ line: lineNum, column: linePos, text: textOf(source, span), access }) - 1;
        numbers.set(key, number);
        return number;
      },
    };
  }
}

const MOST_CHARACTERS = 80;

function textOf(source: string, { offset, length }: Span): string {
  const text = source
    .slice(offset, offset + length)
    .replace(/\s+/g, ' ')
    .trim();
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
