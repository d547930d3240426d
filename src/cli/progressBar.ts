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
  readonly #from: number;
  #shown = -1;

  /** `from`: steps that were done before, when a task goes on. */
  constructor(
    label: string,
    total: number,
    { stream = process.stderr, from = 0 }: { readonly stream?: NodeJS.WriteStream; readonly from?: number } = {},
  ) {
    this.#label = label;
    this.#total = total;
    this.#stream = stream;
    this.#from = from;
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

  /** A line of its own, above the bar. */
  note(text: string): void {
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  }

  #timeLeft(done: number): string {
    const elapsed = (performance.now() - this.#start) / 1000;
    if (done === this.#total) return `${clock(elapsed)} in all`;
    const made = done - this.#from;
    return made <= 0 ? '' : `${clock((elapsed / made) * (this.#total - done))} left`;
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
