import { Command, Option } from 'commander';
import { compile } from './compile.ts';

/** `tympan compile` and its options. */
export function compileCommand(): Command {
  return new Command('compile')
    .description('show what softgpu makes of a WGSL compute kernel')
    .argument('<kernel.wgsl>', 'a WGSL module')
    .option('--entry <name>', 'the entry point, where there are several')
    .addOption(
      new Option('--emit <form>', 'WebAssembly as text or bytes, or the code it is made from')
        .choices(['wat', 'wasm', 'ir'])
        .default('wat'),
    )
    .option('--constants <a=1,b=2>', 'values of overrides, by name or @id')
    .addOption(
      new Option('--width <count>', 'how many invocations run at once; left out, an estimate decides').choices([
        '1',
        '4',
      ]),
    )
    .option('--out <file>', 'write to a file')
    .action(compile);
}
