// Three Lanyard processes behind HAProxy on a Patroni cluster, each on a machine of a network of its own, and what users see
// while parts of it die or are cut off: node test/faults/ha.mjs [--only leader_dies] – the files of examples/ha are what runs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { sleep } from '../e2e/support/ending.mjs';
import { missingForNetwork, runApart } from './support/cluster_net.mjs';
import { startLoad, startWatch } from './support/ha_people.mjs';
import { SCENARIOS } from './support/ha_scenarios.mjs';
import { startAll } from './support/ha_site.mjs';
import { missingForPatroni } from './support/patroni.mjs';

const LASTS = 12_000;

async function verifies(site) {
  const { code, stdout, stderr } = await site.replicas[0].run('journal', 'verify');
  console.error(`journal: ${stdout}${stderr}`.trim());
  return code === 0;
}

// FAULTS_LOGS=folder keeps what the machines said, for whoever looks for a cause.
function keepLogs({ cluster, replicas }, scenario) {
  if (!process.env.FAULTS_LOGS) return;
  const keep = (name, { text }) => writeFileSync(join(process.env.FAULTS_LOGS, `${scenario}-${name}.log`), text);
  for (const { name, program, etcd } of cluster.nodes) {
    keep(`patroni-${name}`, program);
    keep(`etcd-${name}`, etcd);
  }
  for (const { machine, program } of replicas) keep(machine.name, program);
}

async function play(site, name) {
  await site.cluster.untilWhole(180);
  const [load, watch] = [startLoad(site), startWatch(site)];
  await sleep(4000);
  const began = Date.now();
  const { lasts = LASTS, relief = () => {}, tell = () => ({}) } = await SCENARIOS[name](site);
  await sleep(lasts);
  await relief();
  await site.cluster.untilWhole(180);
  await sleep(4000);
  await load.end();
  await watch.end();
  const { bad = false, ...more } = await tell(watch);
  const stale = watch.stale();
  if (stale.length > 0) console.error(JSON.stringify({ stale, history: watch.history }));
  const figures = {
    scenario: name, acknowledged: load.kept.length, lost: await load.lost(), longestOutageSeconds: load.longestGap(),
    refused: Object.fromEntries(load.refused), secondsWith503: load.refusedSeconds.size, suspensions: watch.spans.length,
    looks: watch.seen.length, slowestLookSeconds: Math.max(...watch.seen.map(({ from, to }) => to - from)) / 1000,
    staleVerdicts: stale.length, journalIntact: await verifies(site), ...more, seconds: (Date.now() - began) / 1000,
  };
  const good = !bad && figures.lost === 0 && figures.staleVerdicts === 0 && figures.acknowledged > 0 && figures.journalIntact;
  return { figures, good };
}

async function main(names) {
  const ends = [];
  const t = { after: (action) => ends.push(action) };
  let failed = false;
  try {
    const site = await startAll(t);
    for (const name of names) {
      const { figures, good } = await play(site, name).finally(() => keepLogs(site, name));
      console.log(JSON.stringify(figures));
      failed ||= !good;
    }
  } catch (fault) {
    failed = true;
    console.error(fault);
  } finally {
    for (const end of ends.reverse()) await end().catch?.((fault) => console.error(fault.message));
  }
  return failed ? 1 : 0;
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = values.only?.split(',') ?? Object.keys(SCENARIOS);
const unknown = names.filter((name) => !(name in SCENARIOS));
const missing = unknown.length > 0
  ? `There is no ${unknown.join(', ')}; there are ${Object.keys(SCENARIOS).join(', ')}.`
  : missingForPatroni() || missingForNetwork();
if (missing) {
  console.error(missing);
  process.exit(2);
}
process.exit((await runApart(import.meta.url)) ?? (await main(names)));
