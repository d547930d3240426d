/** How fast is tympan beside others? `npm run bench:peers` times the same operations on each in turn. */

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { CONTENDERS } from './peers/contenders.ts';
import { duel, type Result } from './peers/duel.ts';
import { installPeers, PACKAGES } from './peers/packages.ts';
import { PeerProcess } from './peers/peerProcess.ts';
import { PROBLEMS, titleOf } from './peers/problem.ts';
import { tableOf } from './peers/table.ts';

const HELP = `npm run bench:peers -- [options]

  --filter text       only operations whose title holds the text, such as matmul
  --contenders a,b    only these of ${CONTENDERS.map(({ name }) => name).join(', ')}
  --against name      whose time is 1 in the ratios (${CONTENDERS[0]!.name})
  --rounds n          how often each is timed, in turn with the others (9)
  --limit seconds     how long a contender may take for an answer (120)
  --json out.json     writes the results

Each contender runs in its own process. The first run installs ${Object.entries(PACKAGES)
  .map((pair) => pair.join(' '))
  .join(', ')}
into .cache/peers, about 220 MB; NumPy takes part where python3 has it. A copy of memory is the ceiling of what only moves
data. Times are per operation: the median of the rounds, the least, which other work on the machine disturbs less, and the
least time of all the contender's threads together on the processor.`;

const { values: options } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    contenders: { type: 'string' },
    against: { type: 'string', default: CONTENDERS[0]!.name },
    rounds: { type: 'string', default: '9' },
    limit: { type: 'string', default: '120' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const rounds = positive('rounds', options.rounds);
const limitMs = 1000 * positive('limit', options.limit);
const names = options.contenders?.split(',') ?? CONTENDERS.map(({ name }) => name);
for (const name of [...names, options.against]) {
  if (CONTENDERS.every((contender) => contender.name !== name)) {
    throw new Error(`no contender is called ${name}: choose of ${CONTENDERS.map((one) => one.name).join(', ')}`);
  }
}

installPeers();
const peers = await startAll();
process.on('exit', () => {
  for (const peer of peers) peer.kill();
});
console.log(`${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}, ${rounds} rounds`);
console.log(`${peers.map(({ title }) => title).join('; ')}\n`);
const results: Result[] = [];
for (const problem of PROBLEMS.filter((one) => titleOf(one).includes(options.filter))) {
  const result = await duel(peers, problem, rounds);
  results.push(result);
  const empty = result.timings.length + result.failures.length === 0; // nobody chosen has this operation
  if (!empty) console.log(`${tableOf(result, options.against)}\n`);
}
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify({ node: process.version, results }, null, 1)}\n`);
process.exit(results.some(({ failures }) => failures.length > 0) ? 1 : 0);

/** Those that are absent are named and left out. */
async function startAll(): Promise<PeerProcess[]> {
  const started: PeerProcess[] = [];
  for (const contender of CONTENDERS.filter(({ name }) => names.includes(name))) {
    try {
      started.push(await PeerProcess.start(contender, limitMs));
    } catch (error) {
      console.error(`${contender.name} does not take part: ${(error as Error).message.split('\n').at(-1)}`);
    }
  }
  return started;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1, got ${text}`);
  return value;
}
