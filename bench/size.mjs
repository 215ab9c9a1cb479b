// What every operation costs while the roster grows: offices of different sizes, all up at the same time, asked in turn, so that what
// the machine does meanwhile meets all of them. Each is compared with the first, round by round; a second one of the first one's size
// shows what such a comparison is worth.
//   node bench/size.mjs [--accounts 150,150,1000000] [--database sqlite|postgresql] [--seconds 1] [--rounds 9] [--rows PATTERN]
// --rows: operations whose names it fits. Processor time is counted in hundredths of a second: a flow that is done a hundred
// times a second takes some seconds a round to be told apart by a fiftieth.
// needs wrk, the packages of test/e2e (npm ci there), and a release build

import { parseArgs } from 'node:util';

import { median, memory, quantile } from './counting.mjs';
import { Bench, start } from './load.mjs';
import { Flows, rosterOperations } from './operations.mjs';

const { values } = parseArgs({ options: {
  accounts: { type: 'string', default: '150,150,1000000' }, database: { type: 'string', default: 'sqlite' },
  seconds: { type: 'string', default: '1' }, rounds: { type: 'string', default: '9' }, rows: { type: 'string', default: '' },
} });
const sizes = values.accounts.split(',').map(Number);
const bench = new Bench(Number(values.seconds));
const offices = [];
const rows = (operation, office) => bench.rows.filter((row) => row.operation === operation && row.office === office.name);

// The cost beside that of the first office, in each round.
function growth(operation, office) {
  const first = rows(operation, offices[0]);
  return rows(operation, office).map((row, round) => row.cpu / first[round].cpu);
}

function line(operation) {
  const costs = offices.map((office) => median(rows(operation, office).map((row) => row.cpu)).toFixed(4));
  const ratios = offices.slice(1).map((office) => {
    const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(growth(operation, office), part).toFixed(2));
    return `${middle} (${low} to ${high})`;
  });
  const bad = bench.rows.reduce((sum, row) => sum + (row.operation === operation ? row.bad : 0), 0);
  return `| ${[operation + (bad ? ` (${bad} failed)` : ''), ...costs, ...ratios].join(' | ')} |`;
}

try {
  for (const [index, accounts] of sizes.entries()) {
    const office = await start(`${accounts} (${index + 1})`, { ACCOUNTS: String(accounts), DATABASE: values.database });
    offices.push(office);
    const flows = new Flows(bench, office);
    await flows.prepare();
    office.operations = [...flows.operations(), ...(await rosterOperations(bench, office, accounts))];
    office.once = [office.filled, office.fillingTook, memory(office.pid)];
  }
  const wanted = offices[0].operations.map(([name]) => name).filter((name) => new RegExp(values.rows).test(name));
  const everywhere = wanted.filter((name) => offices.every((office) => office.operations.some(([other]) => other === name)));
  for (const name of everywhere) {
    for (let round = 0; round < Number(values.rounds); ++round) {
      const turn = round % 2 ? offices.slice().reverse() : offices;
      for (const office of turn) await office.operations.find(([other]) => other === name)[1]();
    }
  }
  const heads = sizes.map((one) => `${one.toLocaleString('en')} people`);
  console.log(`| operation (${values.database}), CPU-s per 1,000 | ${[...heads, ...heads.slice(1).map((head) => `growth, ${head}`)].join(' | ')} |`);
  console.log(`|---|${'--:|'.repeat(sizes.length * 2 - 1)}`);
  for (const name of everywhere) console.log(line(name));
  for (const office of offices) {
    const { seconds, pid } = await office.wish({ restart: true });
    office.once.push(seconds, memory(pid));
  }
  for (const [index, what] of ['import, seconds', 'import, processor seconds', 'after the import, MiB', 'stop and start, seconds', 'after the start, MiB'].entries()) {
    console.log(`| ${[what, ...offices.map((office) => office.once[index].toFixed(2)), ...sizes.slice(1).map(() => '')].join(' | ')} |`);
  }
} finally {
  for (const office of offices) await office.stop();
}
