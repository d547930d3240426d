import { Command } from 'commander';
import { compileCommand } from './compile/command.ts';
import { doctor } from './doctor.ts';
import { evaluateCommand } from './evaluate/command.ts';
import { reportCommand } from './report/command.ts';
import { separateCommand } from './separate/command.ts';
import { synthCommand } from './synth/command.ts';
import { trainCommand } from './train/command.ts';

const program = new Command('tympan').description('Deep learning for spatial audio on WebGPU');

program
  .command('doctor')
  .description('say which device was found, what it can do, and why not another one')
  .action(doctor);

program.addCommand(separateCommand());
program.addCommand(compileCommand());
program.addCommand(trainCommand());
program.addCommand(evaluateCommand());
program.addCommand(synthCommand());
program.addCommand(reportCommand());

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
});
