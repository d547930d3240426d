import { Command, InvalidArgumentError, Option } from 'commander';
import type { AmbisonicFormat } from '../../audio/ambisonicFormat.ts';
import { type SeparatedSource, separate } from '../../models/extraction/separate.ts';
import { init, shutdown } from '../../tensor/engine/device/init.ts';
import { modelPath } from '../packageFolder.ts';
import { ProgressBar } from '../progressBar.ts';

interface SeparateArguments {
  readonly model: string;
  readonly audio: readonly string[];
  readonly text: readonly string[];
  readonly out: string;
  readonly order?: AmbisonicFormat['order'];
  readonly norm?: AmbisonicFormat['norm'];
  readonly channels?: readonly number[];
  readonly chunk?: number;
  readonly hop?: number;
  readonly fade?: number;
  readonly bits: string;
  readonly leastSimilarity?: number;
}

/** `tympan separate`: extracts from a recording of any length what sounds like clips, or fits sentences. */
export function separateCommand(): Command {
  return new Command('separate')
    .description('extract from a recording what sounds like a clip, or fits a sentence')
    .argument('<mixture>', 'recording of any length and rate: ambisonics, stereo or mono')
    .option('--model <model.safetensors>', 'a saved model; small is the one that comes with tympan', 'small')
    .option('--audio <clip>', 'a clip of what to extract; may be repeated', append, [])
    .addOption(new Option('--query <clip>', 'the same as --audio').argParser(append).default([]).hideHelp())
    .option('--text <sentence>', 'a sentence about what to extract; may be repeated', append, [])
    .requiredOption(
      '--out <path>',
      'a .wav file for one query, or a folder for any number; mono, at the rate of the recording',
    )
    .addOption(new Option('--order <order>', 'order of ambisonic channels (default: acn)').choices(['acn', 'fuma']))
    .addOption(
      new Option('--norm <norm>', 'gains of ambisonic channels (default: sn3d, with --order fuma: fuma)').choices([
        'sn3d',
        'n3d',
        'fuma',
      ]),
    )
    .option('--channels <numbers>', 'channels to take, counted from 1, such as 1,2,3,4', numbers)
    .option('--chunk <seconds>', 'what the model sees at once (default: 10)', seconds)
    .option('--hop <seconds>', 'from one chunk to the next (default: half a chunk)', seconds)
    .option('--fade <seconds>', 'over which chunks blend (default: 0.5)', seconds)
    .option(
      '--least-similarity <cosine>',
      'sources less similar to their query are called absent (default: 0.25)',
      cosine,
    )
    .addOption(new Option('--bits <bits>', 'of the files: 32 is float').choices(['16', '24', '32']).default('32'))
    .action((mixture: string, { query, ...options }: SeparateArguments & { readonly query: readonly string[] }) =>
      run(mixture, { ...options, audio: [...options.audio, ...query] }),
    );
}

async function run(mixture: string, options: SeparateArguments): Promise<void> {
  const { model, audio, text, out, bits, chunk, hop, fade, order, norm, channels, leastSimilarity } = options;
  const interruption = new Interruption();
  try {
    const device = await init();
    console.error(`${device.name}`);
    let bar: ProgressBar | undefined;
    const { sources, seconds } = await separate({
      mixture,
      model: modelPath(model),
      audio,
      text,
      out,
      bits: Number(bits) as 16 | 24 | 32,
      ...(order && { order }),
      ...(norm && { norm }),
      ...(channels && { channels }),
      ...(leastSimilarity !== undefined && { leastSimilarity }),
      ...(chunk && { chunkSeconds: chunk }),
      ...(hop && { hopSeconds: hop }),
      ...(fade && { fadeSeconds: fade }),
      signal: interruption.signal,
      onWarning: (warning) => console.error(`warning: ${warning}`),
      onProgress: (done, total) => {
        bar ??= new ProgressBar('seconds', Math.round(total));
        bar.update(Math.min(Math.round(done), Math.round(total)));
      },
    });
    for (const source of sources) console.log(lineOf(source));
    if (sources.length > 1) console.log(`${sources.length} sources from ${seconds.toFixed(1)} s`);
    await shutdown();
  } catch (error) {
    // A device that is still busy with a long chunk is not waited for.
    if (interruption.signal.aborted) interruption.exit();
    await shutdown();
    throw error;
  } finally {
    interruption.release();
  }
}

function lineOf({ path, query, levelDb, similarity, present }: SeparatedSource): string {
  const level = Number.isFinite(levelDb) ? `${levelDb.toFixed(1)} dB` : 'silent';
  const like = similarity === null ? '' : `, similarity to the query ${similarity.toFixed(2)}`;
  return `${path}: ${query}, ${level} in the recording${like}${present ? '' : ', probably absent'}`;
}

/** Ctrl-C and a polite kill end the run after what was written is gone. */
class Interruption {
  readonly #controller = new AbortController();
  #code = 130;
  readonly #stop = (signal: NodeJS.Signals): void => {
    this.#code = signal === 'SIGTERM' ? 143 : 130; // 128 and the signal's number, as shells have it
    this.#controller.abort(new Error('interrupted'));
  };

  constructor() {
    process.on('SIGINT', this.#stop).on('SIGTERM', this.#stop);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  exit(): never {
    console.error('interrupted: nothing was written');
    process.exit(this.#code);
  }

  release(): void {
    process.off('SIGINT', this.#stop).off('SIGTERM', this.#stop);
  }
}

function append(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a positive number of seconds.');
  return value;
}

function cosine(text: string): number {
  const value = Number(text);
  if (!(value >= -1 && value <= 1)) throw new InvalidArgumentError('It must be a number from -1 to 1.');
  return value;
}

function numbers(text: string): number[] {
  const values = text.split(',').map(Number);
  if (!values.every(Number.isInteger)) throw new InvalidArgumentError('It must be whole numbers, such as 1,2,3,4.');
  return values;
}
