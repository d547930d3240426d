import { writeWav } from '../audio/wav/writeWav.ts';
import { writeFileAtomic } from '../tensor/files/atomicFile.ts';
import { nodeModules } from '../tensor/files/nodeFile.ts';
import type { HeardExample } from './trainingTask.ts';
import { type ExampleFiles, runFiles } from './trainLog.ts';

/** The files of a run besides its log and checkpoints. */
export class RunFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async create(): Promise<void> {
    await nodeModules('write', this.folder).fs.mkdir(this.folder, { recursive: true });
  }

  /** The path of a file in the folder. */
  path(name: string): string {
    return nodeModules('write', this.folder).path.join(this.folder, name);
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomic(this.path(name), new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
  }

  /** Writes the wave forms of validated examples over those of the validation before. */
  async writeExamples(step: number, heard: readonly HeardExample[]): Promise<void> {
    if (heard.length === 0) return;
    await nodeModules('write', this.folder).fs.mkdir(this.path(runFiles.examples), { recursive: true });
    const list: ExampleFiles[] = [];
    for (const [i, { caption, sampleRate, mixture, target, estimates }] of heard.entries()) {
      const file = (what: string) => `${runFiles.examples}/${i}-${what}.wav`;
      await writeWav(this.path(file('mixture')), mixture, { sampleRate });
      await writeWav(this.path(file('target')), [target], { sampleRate });
      for (const { query, samples } of estimates) await writeWav(this.path(file(query)), [samples], { sampleRate });
      list.push({
        step,
        caption,
        mixture: file('mixture'),
        target: file('target'),
        estimates: estimates.map(({ query, siSdri }) => ({ query, file: file(query), siSdri })),
      });
    }
    await this.writeJson(runFiles.exampleList, list);
  }
}
