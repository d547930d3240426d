/**
 * How fast is every operation on this device? `npm run bench` times them at the shapes the models use, each beside the
 * device's own ceilings.
 *
 *   --filter text    only operations whose name or shape holds the text
 *   --quick          small shapes and few samples; a device that runs on a processor gets small shapes anyway
 *   --full           the models' own shapes on any device
 *   --kernels        the time of each kernel as well, where the device has a clock
 *   --json out.json  writes the results
 *   --compare a.json prints how the results differ from earlier ones
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { init, shutdown } from '../src/tensor/engine/device/init.ts';
import { allCases } from './cases/allCases.ts';
import { comparison, headline, parseReport, table } from './report.ts';
import { runBench } from './runBench.ts';
import { SHAPES } from './shapes.ts';

const { values: options } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    kernels: { type: 'boolean', default: false },
    json: { type: 'string' },
    compare: { type: 'string' },
  },
});
const before =
  options.compare === undefined ? undefined : parseReport(readFileSync(options.compare, 'utf8'), options.compare);

// Dawn rounds timestamps to 0.1 ms against spying pages: too coarse for a kernel.
process.env['TYMPAN_DAWN_FLAGS'] ??= 'disable-dawn-features=timestamp_quantization';
const device = await init();
const small = !options.full && (options.quick || device.kind === 'cpu');
const scale = small ? 'small' : 'full';
const cases = allCases(SHAPES[scale]).filter(({ name, shape }) => `${name} ${shape}`.includes(options.filter));
console.error(
  small && !options.quick
    ? `${device.name} runs on the processor: small shapes; --full takes the models' own`
    : `${device.name}: ${scale} shapes`,
);

let failures = 0;
const report = await runBench(device, cases, {
  samples: options.quick ? 3 : 7,
  scale,
  progress: (line) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`),
  failed: (name, error) => {
    failures++;
    console.error(`\n${name}: ${(error as Error).stack ?? error}`);
  },
});
console.error('');
console.log(headline(report));
console.log(table(report, { kernels: options.kernels }));
if (before) console.log(`\n${comparison(before, report)}`);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
if (failures > 0) {
  console.error(`${failures} of ${cases.length} cases failed`);
  process.exitCode = 1;
}
await shutdown();
