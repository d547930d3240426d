const WIDTH = 28;

/**
 * One line that shows how far a long task is and how long it will take yet. On a terminal it is redrawn in place; in a
 * log it appears ten times in all.
 */
export class ProgressBar {
  readonly #label: string;
  readonly #total: number;
  readonly #stream: NodeJS.WriteStream;
  readonly #start = performance.now();
  #shown = -1;

  constructor(label: string, total: number, stream: NodeJS.WriteStream = process.stderr) {
    this.#label = label;
    this.#total = total;
    this.#stream = stream;
  }

  /** `done` of `total` steps are behind; `note` stands at the end of the line. */
  update(done: number, note = ''): void {
    const line = `${this.#label} ${bar(done / this.#total)} ${done}/${this.#total}  ${this.#timeLeft(done)}  ${note}`;
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\x1b[K${line}${done === this.#total ? '\n' : ''}`);
      return;
    }
    const tenth = Math.floor((done / this.#total) * 10);
    if (tenth > this.#shown) this.#stream.write(`${line}\n`);
    this.#shown = tenth;
  }

  #timeLeft(done: number): string {
    const elapsed = (performance.now() - this.#start) / 1000;
    if (done === this.#total) return `${clock(elapsed)} in all`;
    return done === 0 ? '' : `${clock((elapsed / done) * (this.#total - done))} left`;
  }
}

function bar(fraction: number): string {
  const full = Math.round(fraction * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`;
}

function clock(seconds: number): string {
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, '0')}`;
}
