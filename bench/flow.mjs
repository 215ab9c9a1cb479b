// One operation of the office alone, for a look with perf.
//   node bench/flow.mjs refresh|code|device|login|keys|introspection|credentials|me|list|search
//     [--seconds 5] [--chains 16] [--client quick|web] [--perf FILE] [--stacks dwarf|fp]
// needs the packages of test/e2e (npm ci there), a release build, and perf where --perf is given: then perf report -i FILE.

import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

import { basic, Bench, start } from './load.mjs';
import { Flows } from './operations.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  seconds: { type: 'string', default: '5' }, chains: { type: 'string', default: '16' }, client: { type: 'string', default: 'quick' },
  perf: { type: 'string' }, stacks: { type: 'string', default: 'dwarf' },
} });
const [name] = positionals;
const { client } = values;

const PEOPLE = 1000;
const office = await start('lanyardd', { ACCOUNTS: String(PEOPLE) });
const bench = new Bench(Number(values.seconds));
const flows = new Flows(bench, office);
const steps = {
  refresh: (held) => flows.refresh(held, client), code: () => flows.withSession(client), device: () => flows.device(), login: () => flows.withLogin(client),
};
const auth = `Bearer ${office.api.token}`;
const requests = {
  keys: () => [office.metadata.jwks_uri],
  introspection: () => [office.metadata.introspection_endpoint, { form: `token=${flows.access}`, auth: basic('web') }],
  credentials: () => [office.metadata.token_endpoint, { form: 'grant_type=client_credentials', auth: basic('robot') }],
  me: () => [`${office.api.url}/me`, { auth }],
  list: () => [`${office.api.url}/accounts?limit=50`, { auth, connections: 4 }],
  search: () => [`${office.api.url}/accounts?limit=50&search=p000`, { auth, connections: 4 }],
};
if (!steps[name] && !requests[name]) throw new Error(`one of ${[...Object.keys(steps), ...Object.keys(requests)].join(', ')}`);
await flows.prepare();
const request = requests[name]?.();
const states = [];
while (steps[name] && states.length < Number(values.chains)) states.push(await flows.withSession(client));

const often = values.stacks === 'fp' ? '4000' : '400';
const perf = values.perf && spawn('perf', ['record', '-q', '-o', values.perf, '--call-graph', values.stacks, '-F', often, '-p', String(office.pid)], { stdio: 'inherit' });
if (request) bench.load(office, name, ...request);
else await bench.flow(office, `${name}, ${values.chains} at once`, steps[name], { chains: Number(values.chains), states });
if (perf) {
  perf.kill('SIGINT');
  await new Promise((ended) => { perf.on('exit', ended); });
}
await office.stop();
