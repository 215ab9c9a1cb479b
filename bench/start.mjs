// How long lanyardd takes from its call to its first good answer, what it holds in memory then, and how large it is.
//   node bench/start.mjs [--runs 15] [--people 100000]
// Three databases: none yet (the first start makes tables and keys), an empty one, and one with so many people and as many live
// grants (rows written straight into the file). Processor time beside the clock: the clock also counts who else runs here.
// Needs python3, binutils and a release build (lanyardd, bench_gate).

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { sleep, surroundings, temporaryFolder } from '../test/e2e/support/ending.mjs';
import { program, startLanyard } from '../test/e2e/support/lanyard.mjs';
import { median, memory } from './counting.mjs';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' }, people: { type: 'string', default: '100000' } } });
const runs = Number(values.runs);
const endings = [];
const ending = { after: (end) => endings.unshift(end) };

// Repeats the first row of a table, each time with what is given; a table without rows gets all of its columns.
const FILL = `
import sqlite3, sys
db, count = sqlite3.connect(sys.argv[1]), int(sys.argv[2])
def fill(table, given, first):
    names = [row[1] for row in db.execute(f'PRAGMA table_info({table})')]
    one = f', (SELECT * FROM {table} LIMIT 1)' if first else ''
    db.execute(f'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) '
               f'INSERT INTO {table} SELECT {", ".join(given.get(name, name) for name in names)} FROM n {one}')
account = "printf('a%014d', i)"
fill('accounts', {'id': account, 'number': '1000 + i', 'name': "'Person ' || i", 'username': 'NULL'}, True)
fill('account_words', {'word': "CAST('person ' || i AS BLOB)", 'number': '1000 + i', 'state': "'active'"}, False)
fill('identities', {'subject': "'person-' || i", 'account_id': account}, True)
later = '4102444800000000'
fill('token_grants', {'id': "printf('g%014d', i)", 'client': "'web'", 'account_id': account, 'issuer': "'https://issuer.bench.example'",
    'subject': "'person-' || i", 'source': "'issuers[bench]'", 'kind': "'code'", 'scope': "'openid offline_access'", 'audience': "''",
    'session_id': "''", 'auth_time': '1', 'bound_to': "''", 'salt': 'randomblob(16)', 'generation': '1', 'created_at': '1', 'rotated_at': '1',
    'idle_until': later, 'expires_at': later, 'ended_at': 'NULL', 'end_reason': "''", 'address': "''", 'user_agent': "''", 'sid': "''"}, False)
db.commit()
`;

const lanyard = await startLanyard(ending, { start: false, config: ({ url }) => ({
  server: { public_url: url, loops: 1 },
  clients: [{ id: 'wiki', origin: 'https://wiki.example.org' }],
}) });
const file = join(lanyard.folder, 'lanyard.db');

function answers() {
  return new Promise((done) => {
    const socket = connect(new URL(lanyard.url).port, lanyard.host, () => {
      socket.write(`GET /.well-known/openid-configuration HTTP/1.1\r\nHost: ${new URL(lanyard.url).host}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (bytes) => done(bytes.toString('latin1').startsWith('HTTP/1.1 200 ')));
    socket.on('error', () => done(false));
    socket.on('close', () => done(false));
  });
}
const used = (pid) => readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);

async function once() {
  const begun = process.hrtime.bigint();
  const child = spawn(program('lanyardd'), ['serve', '--config', lanyard.configFile], { env: surroundings(), stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part) => { said += part; });
  while (!(await answers())) {
    if (child.exitCode !== null) throw new Error(`lanyardd ended: ${said}`);
    await sleep(1);
  }
  const took = Number(process.hrtime.bigint() - begun) / 1e6;
  const cpu = used(child.pid);
  await sleep(700); // threads that tidy up after the start
  const run = { took, cpu, rss: memory(child.pid, 'Rss'), pss: memory(child.pid, 'Pss'), own: memory(child.pid, 'Anonymous') };
  const over = new Promise((done) => { child.once('exit', done); });
  child.kill();
  await over;
  return run;
}

const table = [];
async function measure(name, prepare = () => {}) {
  const all = [];
  for (let i = 0; i < runs; i += 1) {
    prepare();
    all.push(await once());
  }
  const cell = (what) => median(all.map((run) => run[what])).toFixed(1);
  table.push([name, ...['took', 'cpu', 'rss', 'pss', 'own'].map(cell), Math.min(...all.map((run) => run.took)).toFixed(1)]);
  console.error(table.at(-1).join('  '));
}
await measure('no database yet', () => ['', '-wal', '-shm'].forEach((end) => rmSync(file + end, { force: true })));
await measure('an empty database');
execFileSync(program('bench/bench_gate'), ['--session', lanyard.configFile], { env: surroundings() }); // the first person
execFileSync('python3', ['-c', FILL, file, values.people]);
await measure(`${Number(values.people).toLocaleString('en')} people and grants`);
console.log('| database | first answer, ms | processor, ms | RSS MiB | PSS MiB | of its own, MiB | fastest, ms |\n|---|--:|--:|--:|--:|--:|--:|');
for (const row of table) console.log(`| ${row.join(' | ')} |`);

const folder = temporaryFolder(ending, 'size');
const stripped = join(folder, 'lanyardd');
copyFileSync(program('lanyardd'), stripped);
execFileSync('strip', [stripped]);
const libraries = execFileSync('ldd', [stripped], { encoding: 'utf8' }).split('\n').map((line) => /=> (\/\S+)/.exec(line)?.[1]).filter(Boolean)
  .filter((path) => !/\/lib(c|m|crypto)\.so/.test(path)).map((path) => [statSync(realpathSync(path)).size, path]);
const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
console.log(`\nlanyardd, stripped: ${mib(statSync(stripped).size)} MiB; ${libraries.length} libraries beside libc, libm and libcrypto: ${mib(libraries.reduce((sum, [size]) => sum + size, 0))} MiB`);
for (const end of endings) await end();
process.exit(0);
