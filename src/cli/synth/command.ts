import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { openLibrary } from '../../audio/library/clipLibrary.ts';
import { JsonFields } from '../../audio/scene/mixture/jsonFields.ts';
import { mixtureRecord } from '../../audio/scene/mixture/mixtureRecord.ts';
import { renderMixture } from '../../audio/scene/mixture/renderMixture.ts';
import { asFileError, FileError } from '../../tensor/files/fileError.ts';
import { ProgressBar } from '../progressBar.ts';
import { type Encoding, type RecordFile, writeExample } from './exampleFolder.ts';
import { parseShard } from './shard.ts';
import { type SynthConfig, synthConfig } from './synthConfig.ts';
import { synthesize } from './synthesize.ts';

interface SynthOptions {
  readonly config?: string;
  readonly record?: string;
  readonly out: string;
  readonly count?: number;
  readonly seed?: number;
  readonly shard?: string;
  readonly workers: number;
  readonly encoding: keyof typeof encodings;
}

const encodings = {
  float32: { encoding: 'float', bits: 32 },
  pcm24: { encoding: 'pcm', bits: 24 },
  pcm16: { encoding: 'pcm', bits: 16 },
} as const satisfies Record<string, Encoding>;

/** `tympan synth` and its options. */
export function synthCommand(): Command {
  return new Command('synth')
    .description('make mixtures with targets and queries as WAV files, and a JSON record that makes each of them again')
    .option('--config <c.json>', 'library, mixture, count and seed')
    .option('--record <record.json>', 'make the mixture of this record again, instead')
    .requiredOption('--out <folder>', 'where to write; what is there of the same configuration is kept')
    .option('--count <n>', 'how many mixtures, instead of what the configuration says', whole('count', 1))
    .option('--seed <s>', 'what they are drawn from, instead of what the configuration says', whole('seed', 0))
    .option('--shard <i/n>', 'make every nth mixture from the ith on; by default as Slurm arrays or indexed jobs say')
    .option('--workers <k>', 'threads', whole('workers', 0), availableParallelism())
    .addOption(new Option('--encoding <name>', 'of the samples').choices(Object.keys(encodings)).default('float32'))
    .action(synth);
}

function whole(name: string, least: number) {
  return (text: string) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value < 2 ** 32) return value;
    throw new InvalidArgumentError(`${name} must be a whole number from ${least}.`);
  };
}

async function synth(options: SynthOptions): Promise<void> {
  if (options.record !== undefined) return again(options.record, options);
  if (options.config === undefined) throw new RangeError('synth: give --config <c.json>, or --record <record.json>');
  const config = await readJson(options.config, synthConfig);
  const stop = new AbortController();
  const stopped = () => {
    console.error('\nending after the mixtures that have begun; once more to end at once');
    stop.abort();
  };
  process.once('SIGINT', stopped).once('SIGTERM', stopped);
  let bar: ProgressBar | undefined;
  try {
    const { total, kept, made, clipped, whole } = await synthesize({
      ...withOptions(config, options),
      out: options.out,
      shard: parseShard(options.shard),
      workers: options.workers,
      encoding: encodings[options.encoding],
      signal: stop.signal,
      progress: (done, all) => {
        bar ??= new ProgressBar('mixtures', all);
        bar.update(done);
      },
    });
    const rest = total - kept - made;
    console.log(`${made} mixtures made in ${options.out}${kept > 0 ? `, ${kept} were there` : ''}`);
    if (clipped > 0) console.log(`${clipped} samples were beyond the range of PCM and are cut off: float32 keeps them`);
    if (whole) console.log('all are there: index.jsonl lists them');
    if (rest > 0) {
      console.log(`${rest} are left: the same command goes on`);
      process.exitCode = 130;
    }
  } finally {
    process.off('SIGINT', stopped).off('SIGTERM', stopped);
  }
}

function withOptions(config: SynthConfig, { count = config.count, seed = config.seed }: SynthOptions): SynthConfig {
  return { ...config, count, seed };
}

/** `tympan synth --record`: the library is the one that the record file names, or that of a configuration. */
async function again(path: string, { config, out, encoding }: SynthOptions): Promise<void> {
  const recorded = await readJson(path, recordFile);
  const { library: libraryConfig } = config === undefined ? recorded : await readJson(config, synthConfig);
  const library = await openLibrary(libraryConfig);
  const rendered = await renderMixture(recorded.record, library);
  await asFileError('synth', out, () => mkdir(out, { recursive: true }).then(() => {}));
  await writeExample(out, rendered, { library: libraryConfig, record: recorded.record }, encodings[encoding]);
  console.log(`wrote the mixture, ${rendered.targets.length} targets and the query to ${out}`);
}

function recordFile(json: unknown): RecordFile {
  const fields = new JsonFields(json, 'record file');
  fields.fields('library').text('kind');
  const library = fields.value('library') as RecordFile['library'];
  const record = mixtureRecord(fields.value('record'));
  fields.end();
  return { library, record };
}

/** @throws FileError for a file that is no JSON, or holds what does not fit. */
async function readJson<T>(path: string, read: (json: unknown) => T): Promise<T> {
  const text = await asFileError('synth', path, () => readFile(path, 'utf8'));
  try {
    return read(JSON.parse(text));
  } catch (error) {
    throw new FileError('synth', path, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
