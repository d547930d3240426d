import { Command } from 'commander';
import { writeTrainingReport } from '../../train/report/writeTrainingReport.ts';

/** `tympan report`: makes the page of a training run anew. */
export function reportCommand(): Command {
  return new Command('report')
    .description('write report.html into the folder of a training run: curves, validated examples to hear, config')
    .argument('<run...>', 'folders that hold log.jsonl')
    .action(async (runs: readonly string[]) => {
      for (const run of runs) console.log(`wrote ${await writeTrainingReport(run)}`);
    });
}
