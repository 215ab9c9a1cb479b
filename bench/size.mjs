// What every operation costs while the roster grows: the same office with 150 people (two full pages), 100,000 and 1,000,000,
// one after the other.
//   node bench/size.mjs [--seconds 3] [--accounts 150,100000,1000000] [--database sqlite|postgresql]
// needs wrk, the packages of test/e2e (npm ci there), and a release build

import { parseArgs } from 'node:util';

import { memory } from './counting.mjs';
import { Bench, call, expect, start } from './load.mjs';
import { measureOffice } from './operations.mjs';

const { values } = parseArgs({ options: {
  seconds: { type: 'string', default: '3' }, accounts: { type: 'string', default: '150,100000,1000000' }, database: { type: 'string', default: 'sqlite' },
} });
const sizes = values.accounts.split(',').map(Number);
const bench = new Bench(Number(values.seconds));
const once = []; // what is measured once for each size
for (const accounts of sizes) {
  const office = await start(String(accounts), { ACCOUNTS: String(accounts), DATABASE: values.database });
  try {
    once.push(['import, seconds', accounts, office.filled], ['import, processor seconds', accounts, office.fillingTook], ['after the import, MiB', accounts, memory(office.pid)]);
    const auth = `Bearer ${office.api.token}`;
    const read = async (path) => JSON.parse(expect(await call(office.api.url + path, { headers: { authorization: auth } }), 200).text);
    await measureOffice(bench, office);
    bench.load(office, 'who is this API token', `${office.api.url}/me`, { auth });
    bench.load(office, 'first page of 50 people', `${office.api.url}/accounts?limit=50`, { auth, connections: 4 });
    // A cursor of the far end, found as a program would find it: by searching there, then reading on.
    const near = String(Math.floor(accounts * 0.9)).padStart(7, '0');
    bench.load(office, 'prefix search, 50 people', `${office.api.url}/accounts?limit=50&search=p${near.slice(0, 5)}`, { auth, connections: 4 });
    bench.load(office, 'one person by identity', `${office.api.url}/accounts/p${near}@filled.example`, { auth, connections: 4 });
    const { next_cursor: cursor } = await read('/accounts?limit=50');
    if (cursor) bench.load(office, 'second page of 50 people', `${office.api.url}/accounts?limit=50&cursor=${cursor}`, { auth, connections: 4 });
    bench.load(office, 'journal, last 50', `${office.api.url}/journal?before=999999999999&limit=50`, { auth, connections: 4 });
    const { seconds, pid } = await office.wish({ restart: true });
    once.push(['stop and start, seconds', accounts, seconds], ['after the start, MiB', accounts, memory(pid)]);
  } finally {
    await office.stop();
  }
}
const names = [...new Set(bench.rows.map((row) => row.operation))];
const cell = (operation, accounts) => bench.rows.find((row) => row.operation === operation && row.office === String(accounts));
console.log(`| operation (${values.database}), CPU-s per 1,000 | ${sizes.map((one) => `${one.toLocaleString('en')} people`).join(' | ')} | growth |\n|---|${'--:|'.repeat(sizes.length + 1)}`);
for (const name of names) {
  const all = sizes.map((one) => cell(name, one));
  const growth = all.at(-1) && all[0] ? (all.at(-1).cpu / all[0].cpu).toFixed(2) : '';
  console.log(`| ${name} | ${all.map((row) => (row ? `${row.cpu.toFixed(4)}${row.bad ? ` (${row.bad} failed)` : ''}` : '')).join(' | ')} | ${growth} |`);
}
for (const name of [...new Set(once.map(([what]) => what))]) {
  console.log(`| ${name} | ${sizes.map((one) => once.find(([what, accounts]) => what === name && accounts === one)?.[2].toFixed(2) ?? '').join(' | ')} | |`);
}
