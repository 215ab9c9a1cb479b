// The office under load, with the certified npm oidc-provider in the same run. Flows are one chain at a time.
//   node bench/office.mjs [SECONDS]     needs wrk, the packages of test/e2e (npm ci there), and a release build

import { Bench, start } from './load.mjs';
import { Flows } from './operations.mjs';

const bench = new Bench(Number(process.argv[2] ?? 3));
for (const name of ['oidc-provider', 'lanyardd']) {
  const office = await start(name, { OFFICE: name === 'lanyardd' ? '' : 'reference' });
  try {
    const flows = new Flows(bench, office);
    await flows.prepare();
    for (const [, measure] of flows.operations()) await measure();
  } finally {
    await office.stop();
  }
}
console.log('| operation | lanyardd requests/s | CPU-s per 1,000 | oidc-provider requests/s | CPU-s per 1,000 | times less |\n|---|--:|--:|--:|--:|--:|');
for (const ours of bench.rows.filter((row) => row.office === 'lanyardd')) {
  const theirs = bench.rows.find((row) => row.office !== 'lanyardd' && row.operation === ours.operation);
  const beside = theirs ? [theirs.rate.toFixed(0), theirs.cpu.toFixed(3), (theirs.cpu / ours.cpu).toFixed(1)] : ['', '', ''];
  console.log(`| ${[ours.operation, ours.rate.toFixed(0), ours.cpu.toFixed(3), ...beside].join(' | ')} |`);
}
