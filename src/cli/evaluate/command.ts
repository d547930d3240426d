import { Command, InvalidArgumentError } from 'commander';
import { compare, evaluate } from './evaluate.ts';

interface Options {
  readonly model: readonly string[];
  readonly name?: readonly string[];
  readonly config?: string;
  readonly out?: string;
  readonly examples?: number;
  readonly seed?: number;
  readonly folder?: string;
  readonly workers: number;
  readonly compare?: readonly string[];
}

/** `tympan evaluate`: how well models extract what they are asked for, and how two of them differ. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('SI-SDR, SNR and SDR of models and their improvements: tables, CSV, JSON, figures and a page to hear')
    .option(
      '--model <files...>',
      'saved models, evaluated on the same examples; small is the one that comes with tympan',
      ['small'],
    )
    .option('--name <names...>', 'what to call them; by default the names of the files')
    .option('--config <eval.json>', 'mixtures, queries and how many; by default 200 procedural mixtures')
    .option('--folder <folder>', 'evaluate on the WAV files of a folder in place of mixtures of the config')
    .option('--examples <count>', 'how many examples, in place of what the config says', whole)
    .option('--seed <number>', 'of mixtures and queries, in place of what the config says', whole)
    .option('--workers <count>', 'threads that render mixtures ahead', whole, 1)
    .option('--out <folder>', 'where to write; rows computed there before are not computed again')
    .option('--compare <files...>', 'two JSON files of evaluations: prints both and their paired difference')
    .action(async (options: Options, command: Command) => {
      if (options.compare) return compare(options.compare);
      const { model, out, compare: _, ...rest } = options;
      if (!out) command.error('error: evaluate needs --out, or --compare with two files');
      return evaluate({ ...rest, models: model, out });
    });
}

function whole(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('must be a whole number from 0.');
  }
  return value;
}
