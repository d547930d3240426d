/** One contender in its own process. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ContenderCommand } from './contenders.ts';
import type { Problem } from './problem.ts';
import { MARK, type Prepared, type Request, type Sample } from './serve.ts';

interface Reply extends Prepared, Partial<Omit<Sample, 'seconds'>> {
  readonly title?: string;
  readonly error?: string;
}

export class PeerProcess<P = Problem> {
  readonly name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #limitMs: number;
  #title = '';
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;
  #stopped: Error | undefined;
  /** Its last words, for the error when it dies. */
  #words = '';

  private constructor({ name, command, args, environment }: ContenderCommand, limitMs: number) {
    this.name = name;
    this.#limitMs = limitMs;
    this.#child = spawn(command, args, { stdio: 'pipe', env: { ...process.env, ...environment } });
    this.#child.on('error', (error) => this.#stop(error));
    this.#child.on('close', (code) => this.#stop(new Error(`exited with ${code}: ${this.#words.trim()}`)));
    this.#child.stdin.on('error', () => {}); // 'close' says more
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#words = (this.#words + chunk).slice(-1500);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
  }

  /** @throws Error when it does not start: what is missing, in its own words. */
  static async start<P = Problem>(command: ContenderCommand, limitMs: number): Promise<PeerProcess<P>> {
    const peer = new PeerProcess<P>(command, limitMs);
    try {
      peer.#title = (await peer.#reply()).title ?? peer.name;
    } catch (error) {
      peer.kill();
      throw error;
    }
    return peer;
  }

  get title(): string {
    return this.#title;
  }

  get alive(): boolean {
    return this.#stopped === undefined;
  }

  prepare(problem: P): Promise<Prepared> {
    return this.#ask({ prepare: problem });
  }

  async sample(): Promise<Sample> {
    return (await this.#ask({ sample: true })) as Reply & Sample;
  }

  async dispose(): Promise<void> {
    await this.#ask({ dispose: true });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(request: Request<P>): Promise<Reply> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#reply();
  }

  async #reply(): Promise<Reply> {
    if (this.#stopped) throw this.#stopped;
    const timer = setTimeout(() => {
      this.#stop(new Error(`no answer in ${this.#limitMs / 1000} s`));
      this.kill();
    }, this.#limitMs);
    try {
      const reply = await new Promise<Reply>((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
      if (reply.error !== undefined) throw new Error(reply.error);
      return reply;
    } finally {
      clearTimeout(timer);
    }
  }

  #hear(line: string): void {
    if (!line.startsWith(MARK)) return;
    this.#waiting?.resolve(JSON.parse(line.slice(MARK.length)) as Reply);
    this.#waiting = undefined;
  }

  #stop(error: Error): void {
    this.#stopped ??= error;
    this.#waiting?.reject(this.#stopped);
    this.#waiting = undefined;
  }
}
