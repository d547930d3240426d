import { Command } from 'commander';
import { compileCommand } from './compile/command.ts';
import { doctor } from './doctor.ts';
import { reportCommand } from './report/command.ts';
import { separate } from './separate.ts';
import { trainCommand } from './train/command.ts';

const program = new Command('tympan').description('Deep learning for spatial audio on WebGPU');

program
  .command('doctor')
  .description('say which device was found, what it can do, and why not another one')
  .action(doctor);

program
  .command('separate')
  .description('extract the source that sounds like the query from a recording')
  .argument('<mixture.wav>', 'recording with as many channels as the model takes')
  .requiredOption('--query <clip.wav>', 'a clip of what to extract, mono or its first channel')
  .requiredOption('--model <model.safetensors>', 'a saved model')
  .requiredOption('--out <target.wav>', 'where to write the extracted source, mono')
  .action(separate);

program.addCommand(compileCommand());
program.addCommand(trainCommand());
program.addCommand(reportCommand());

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
});
