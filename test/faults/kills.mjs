// kill -9 under load, as often as is asked for: node test/faults/kills.mjs --kills 1000 --database sqlite --seed 1

import { parseArgs } from 'node:util';

import { killAgainAndAgain } from './support/killing.mjs';

const { values } = parseArgs({ options: {
  kills: { type: 'string', default: '1000' },
  database: { type: 'string', default: 'sqlite' },
  seed: { type: 'string', default: '1' },
  'verify-every': { type: 'string', default: '50' },
  minutes: { type: 'string', default: 'Infinity' },
} });

const ends = [];
const t = { after: (action) => ends.push(action) };
let failed = true;
try {
  const { troubles, ...figures } = await killAgainAndAgain(t, {
    database: values.database,
    kills: Number(values.kills),
    seed: Number(values.seed),
    verifyEvery: Number(values['verify-every']),
    minutes: Number(values.minutes),
    report: ({ kill, starts }) => {
      if (kill % 50 === 0) console.error(`${kill} kills, the last start took ${starts.at(-1).toFixed(0)} ms`);
    },
  });
  for (const trouble of troubles) console.error(JSON.stringify(trouble));
  console.log(JSON.stringify(figures, null, 2));
  failed = troubles.length > 0;
} finally {
  for (const end of ends.reverse()) await end();
}
process.exit(failed ? 1 : 0);
