import type { LogRecord } from './trainLog.ts';

/**
 * Appends to a run's log, a line at a time and at once: a kill can cut the last line, which `cutBack` removes.
 */
export class RunLog {
  readonly path: string;
  readonly #fs = process.getBuiltinModule('node:fs');
  readonly #handle: number;

  private constructor(path: string) {
    this.path = path;
    this.#handle = this.#fs.openSync(path, 'a');
  }

  /** Opens the log of a new run; what is there is lost. */
  static create(path: string): RunLog {
    process.getBuiltinModule('node:fs').writeFileSync(path, '');
    return new RunLog(path);
  }

  /** Opens the log of a run that goes on after `step`: what it says of later steps will happen again. */
  static resume(path: string, step: number): RunLog {
    cutBack(path, step);
    return new RunLog(path);
  }

  append(record: LogRecord): void {
    this.#fs.writeSync(this.#handle, `${JSON.stringify(record)}\n`);
  }

  /** To the disk: what a checkpoint presupposes must be there before it. */
  sync(): void {
    this.#fs.fsyncSync(this.#handle);
  }

  close(): void {
    this.#fs.closeSync(this.#handle);
  }
}

/** Ends the file before the first record of a later step, or before a line that is not whole. */
function cutBack(path: string, step: number): void {
  const fs = process.getBuiltinModule('node:fs');
  const bytes = fs.existsSync(path) ? fs.readFileSync(path) : Buffer.alloc(0);
  let kept = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, kept)) {
    if (!isUpTo(bytes.toString('utf8', kept, end), step)) break;
    kept = end + 1;
  }
  if (bytes.length > 0) fs.truncateSync(path, kept);
}

function isUpTo(line: string, step: number): boolean {
  try {
    const record = JSON.parse(line) as LogRecord;
    return record.kind === 'start' || record.step <= step;
  } catch {
    return false;
  }
}
