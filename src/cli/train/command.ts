import { Command, InvalidArgumentError } from 'commander';
import { trainBsastCommand } from './bsast.ts';
import { trainEmbedderCommand } from './embedder.ts';

/** `tympan train <model>`: one command per model that can be trained. */
export function trainCommand(): Command {
  const train = new Command('train').description('train a model as a JSON config says');
  train
    .command('bsast')
    .description('train the separator of one source by example, on mixtures made from a library of sounds')
    .requiredOption('--config <config.json>', 'model, data and settings; an earlier run keeps its own in config.json')
    .requiredOption('--out <folder>', 'log, checkpoints, report and at the end model.safetensors')
    .option('--resume', 'go on from the newest checkpoint in the folder, or start where there is none')
    .option('--steps <count>', 'in place of the steps of the config', wholeNumber)
    .option('--seed <number>', 'in place of the seed of the config', wholeNumber)
    .option('--workers <count>', 'threads that make mixtures, in place of those of the config', wholeNumber)
    .option('--initialize <model.safetensors>', 'weights to start from, in place of those of the config')
    .action(trainBsastCommand);
  train
    .command('embedder')
    .description('train what turns clips and sentences into queries, on clips and their captions')
    .requiredOption('--config <config.json>', 'model, data and settings; an earlier run keeps its own in config.json')
    .requiredOption('--out <folder>', 'log, checkpoints and at the end model.safetensors')
    .option('--resume', 'go on from the newest checkpoint in the folder, or start where there is none')
    .action(trainEmbedderCommand);
  return train;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError(`it must be a whole number from 0, got ${text}`);
  }
  return value;
}
