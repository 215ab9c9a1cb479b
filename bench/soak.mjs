// Everything that an office and a gate do, mixed, at a steady rate for a long time: does anything grow or become slower?
//   node bench/soak.mjs [--minutes 120] [--rate 60] [--accounts 10000] [--database sqlite|postgresql] [--every 60] [--cache N]
// --cache: gate.cache_entries, so that what is remembered of tokens can be told from what leaks;
// needs the packages of test/e2e (npm ci there) and a release build. The answer is 1 when something failed.

import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { memory, processorTime, quantile } from './counting.mjs';
import { basic, call, DEVICE, expect, SCOPE, start } from './load.mjs';
import { Flows } from './operations.mjs';

const { values } = parseArgs({ options: {
  minutes: { type: 'string', default: '120' }, rate: { type: 'string', default: '60' }, accounts: { type: 'string', default: '10000' },
  database: { type: 'string', default: 'sqlite' }, every: { type: 'string', default: '60' },
  cache: { type: 'string', default: '' },
} });
const MOST_AT_ONCE = 64;
const GRANTS = 40;
const REFUSALS = 12_000;

const office = await start('lanyardd', { ACCOUNTS: values.accounts, DATABASE: values.database, CACHE: values.cache });
const flows = new Flows(undefined, office);
const at = office.metadata;
const origin = new URL(office.api.url).origin;
const auth = { authorization: `Bearer ${office.api.token}` };
const api = (path) => call(office.api.url + path, { headers: auth });
const pick = (list) => list[Math.floor(Math.random() * list.length)];

await flows.prepare();
const free = []; // grants that nobody refreshes at the moment
while (free.length < GRANTS) free.push(await flows.withSession('quick'));
let access = free[0].access_token;
const { items: people } = JSON.parse(expect(await api('/accounts?limit=200'), 200).text);
const filled = people.filter(({ email }) => email?.endsWith('@filled.example'));

async function refreshOne() {
  const held = free.pop();
  if (!held) return;
  const next = await flows.refresh(held, 'quick');
  access = next.access_token;
  free.push(next);
}

const nobodys = { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA', 'x-original-uri': '/' };
const refused = async () => expect(await call(`${origin}/gate/check/wiki`, { headers: nobodys }), 401);

// Of a thousand requests so many. A page, a login, an approval is several requests, and counts as one.
const MIX = [
  [300, 'gate, API token', async () => expect(await call(`${origin}/gate/check/wiki`, { headers: { ...auth, 'x-original-uri': '/' } }), 200)],
  [150, 'userinfo', async () => expect(await call(at.userinfo_endpoint, { headers: { authorization: `Bearer ${access}` } }), 200)],
  [150, 'introspection', async () => expect(await call(at.introspection_endpoint, { form: { token: access }, headers: { authorization: basic('quick') } }), 200)],
  [60, 'discovery', async () => expect(await call(`${at.issuer}/.well-known/openid-configuration`), 200)],
  [100, 'refresh', refreshOne],
  [50, 'client credentials', () => flows.token({ grant_type: 'client_credentials' }, 'robot')],
  [30, 'code', async () => flows.withSession(pick(['quick', 'web']))],
  [20, 'code, then revoked', async () => {
    const made = await flows.withSession('quick');
    expect(await call(at.revocation_endpoint, { form: { token: made.refresh_token }, headers: { authorization: basic('quick') } }), 200);
  }],
  [10, 'device', () => flows.device()],
  [10, 'device, asked and given up', async () => {
    const begin = JSON.parse(expect(await call(at.device_authorization_endpoint, { form: { client_id: 'device', scope: SCOPE } }), 200).text);
    expect(await call(at.token_endpoint, { form: { client_id: 'device', grant_type: DEVICE, device_code: begin.device_code } }), 400);
  }],
  [10, 'sign-in and code', () => flows.withLogin('quick')],
  [40, 'who am I', async () => expect(await api('/me'), 200)],
  [20, 'page of people', async () => expect(await api('/accounts?limit=50'), 200)],
  [20, 'search', async () => expect(await api(`/accounts?limit=50&search=p${String(Math.floor(Math.random() * 1000)).padStart(5, '0')}`), 200)],
  [20, 'suspended and restored', async () => {
    const index = Math.floor(Math.random() * filled.length);
    const [one] = filled.splice(index, 1);
    if (!one) return;
    for (const event of ['suspend', 'restore']) {
      expect(await call(`${office.api.url}/accounts/${one.id}/${event}`, { method: 'POST', json: { reason: 'soak' }, headers: auth }), 200);
    }
    filled.push(one);
  }],
  [10, 'a token that is nobody’s', refused],
];
const WHEEL = MIX.flatMap(([share, name, step]) => Array.from({ length: share / 10 }, () => ({ name, step })));

const faults = new Map();
let minute = { times: [], late: 0 };
let running = 0;
let done = 0;
async function one() {
  const { name, step } = pick(WHEEL);
  const from = process.hrtime.bigint();
  ++running;
  try {
    await step();
  } catch (error) {
    const what = `${name}: ${String(error.message).replace(/"request_id":"\w+"/, '').slice(0, 300)}`;
    faults.set(what, (faults.get(what) ?? 0) + 1);
  }
  --running;
  ++done;
  minute.times.push(Number(process.hrtime.bigint() - from) / 1e6);
}

const threads = () => Number(/Threads:\s+(\d+)/.exec(readFileSync(`/proc/${office.pid}/status`, 'utf8'))[1]);
const descriptors = () => readdirSync(`/proc/${office.pid}/fd`).length;
// Least squares: how much `key` rises in an hour.
function slope(samples, key) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const x = samples.map(({ minutes }) => minutes / 60);
  const y = samples.map((sample) => sample[key]);
  const [mx, my] = [mean(x), mean(y)];
  return x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0) / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

// Why people were refused is kept, in 4 MiB: they are full before it begins, so that what rises after that is something else.
for (let sent = 0; sent < REFUSALS; sent += MOST_AT_ONCE) await Promise.all(Array.from({ length: MOST_AT_ONCE }, refused));

const samples = [];
const begun = Date.now();
const until = begun + Number(values.minutes) * 60_000;
let [sent, cpu, counted, next] = [0, processorTime(office.pid), 0, begun + Number(values.every) * 1000];
while (Date.now() < until) {
  const due = Math.floor(((Date.now() - begun) / 1000) * Number(values.rate));
  for (; sent < due; ++sent) {
    if (running < MOST_AT_ONCE) one();
    else ++minute.late;
  }
  if (Date.now() >= next) {
    const used = processorTime(office.pid);
    const sample = { minutes: (Date.now() - begun) / 60_000, rss: memory(office.pid), cpu: ((used - cpu) / Math.max(1, done - counted)) * 1000, p50: quantile(minute.times, 0.5) ?? 0, p99: quantile(minute.times, 0.99) ?? 0, late: minute.late, threads: threads(), descriptors: descriptors() };
    samples.push(sample);
    console.error(Object.entries(sample).map(([key, value]) => `${key} ${Number.isInteger(value) ? value : value.toFixed(3)}`).join('  '));
    [cpu, counted, minute, next] = [used, done, { times: [], late: 0 }, next + Number(values.every) * 1000];
  }
  await new Promise((resume) => { setTimeout(resume, 5); });
}
while (running > 0) await new Promise((resume) => { setTimeout(resume, 20); });
await office.stop();

// What is allocated once and kept is there after the first quarter.
const settled = samples.slice(Math.floor(samples.length / 4));
console.log(`${done} operations in ${values.minutes} minutes (${values.database}, ${values.accounts} people), ${[...faults.values()].reduce((sum, count) => sum + count, 0)} failed`);
console.log('| | after a quarter | at the end | rise an hour |\n|---|--:|--:|--:|');
for (const [key, name] of [['rss', 'resident memory, MiB'], ['cpu', 'CPU-s per 1,000 operations'], ['p50', 'p50, ms'], ['p99', 'p99, ms'], ['descriptors', 'descriptors'], ['threads', 'threads']]) {
  console.log(`| ${name} | ${settled[0][key].toFixed(3)} | ${settled.at(-1)[key].toFixed(3)} | ${slope(settled, key).toFixed(3)} |`);
}
for (const [what, count] of faults) console.log(`${count} × ${what}`);
process.exitCode = faults.size > 0 ? 1 : 0;
