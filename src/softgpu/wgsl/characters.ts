/** Classes of characters in WGSL text. */

/** Pattern_White_Space (section 3.2). */
export function isBlankspace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return code === 0x85 || code === 0x200e || code === 0x200f || code === 0x2028 || code === 0x2029;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isHexDigit(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x66);
}

// 1 for what starts an identifier, 2 for what only continues one; the table covers ASCII.
const asciiClass = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const lower = code | 0x20;
  if ((lower >= 0x61 && lower <= 0x7a) || code === 0x5f) asciiClass[code] = 1;
  else if (isDigit(code)) asciiClass[code] = 2;
}

const xidStart = /^\p{XID_Start}$/u;
const xidContinue = /^\p{XID_Continue}$/u;

/** Whether the code point is XID_Start or `_`. */
export function startsIdentifier(codePoint: number): boolean {
  return codePoint < 128 ? asciiClass[codePoint] === 1 : xidStart.test(String.fromCodePoint(codePoint));
}

// WGSL is defined over Unicode 14; these joined XID_Continue in Unicode 15.1, which some engines have.
const joinedLater: ReadonlySet<number> = new Set([0x200c, 0x200d, 0x30fb, 0xff65]);

/** Whether the code point is XID_Continue (which includes `_`). */
export function continuesIdentifier(codePoint: number): boolean {
  if (codePoint < 128) return asciiClass[codePoint] !== 0;
  return xidContinue.test(String.fromCodePoint(codePoint)) && !joinedLater.has(codePoint);
}

/** Offset of the first character at or after `at` that is not part of an identifier. */
export function identifierEnd(source: string, at: number): number {
  while (at < source.length) {
    const code = source.charCodeAt(at);
    if (code < 128) {
      if (asciiClass[code] === 0) return at;
      at++;
    } else {
      const codePoint = source.codePointAt(at)!;
      if (!continuesIdentifier(codePoint)) return at;
      at += codePoint > 0xffff ? 2 : 1;
    }
  }
  return at;
}
