// The gate under load, beside what else could stand in its place, in the same run: nginx "return 200" as the least that an answer
// costs, and Debian's Apache with mod_auth_openidc (AuthType oauth20), which checks the same tokens. Servers on core 1, wrk on core 0,
// keep-alive, 16 connections. Each row is measured several times in turn; the median of the processor time counts.
//   node bench/gate.mjs [--seconds 1] [--rounds 5] [--tokens 60000] [--many 0] [--rows TEXT] [--alone]
// --many: so many more tokens for the row "warm" (a million takes some minutes). --rows: those whose names have this text.
// --alone: without Apache.
// Needs tools/install-packages bench, the packages of test/e2e (npm ci there), and
//   cmake --build --preset release --target lanyardd bench_gate

import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { missingApache, startApache } from '../test/e2e/support/apache.mjs';
import { surroundings, temporaryFolder } from '../test/e2e/support/ending.mjs';
import { program, startLanyard } from '../test/e2e/support/lanyard.mjs';
import { startNginx } from '../test/e2e/support/nginx.mjs';
import { makeCertificates } from '../test/e2e/support/tls.mjs';
import { median, memory, processorTime } from './counting.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ISSUER = 'https://issuer.bench.example';

const { values } = parseArgs({ options: {
  seconds: { type: 'string', default: '1' }, rounds: { type: 'string', default: '5' }, tokens: { type: 'string', default: '60000' },
  many: { type: 'string', default: '0' }, rows: { type: 'string', default: '' }, alone: { type: 'boolean', default: false },
} });
const [seconds, rounds, tokens, many] = ['seconds', 'rounds', 'tokens', 'many'].map((name) => Number(values[name]));
const endings = [];
const ending = { after: (end) => endings.unshift(end) };

// A server's processes: Apache has several.
function family(root) {
  const children = new Map();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      const parent = Number(fields[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch { /* gone meanwhile */ }
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}
const together = (roots, count) => roots.flatMap(family).reduce((sum, pid) => sum + count(pid), 0);
const cpu = (roots) => together(roots, processorTime);
const resident = (roots) => together(roots, (pid) => memory(pid, 'Pss'));
const pin = (root) => family(root).forEach((pid) => execFileSync('taskset', ['-acp', '1', String(pid)], { stdio: 'ignore' }));

// Not in one go: somebody has to take the servers' logs meanwhile, or they wait for it.
async function wrk(url, { file = '', from = 1, upto = 1, cookie = '', time = seconds, connections = 16, anywhere = false }) {
  const environment = { ...process.env, TOKENS: file, FROM: String(from), UPTO: String(upto), COOKIE: cookie, ANYWHERE: anywhere ? '1' : '' };
  const args = ['-c', '0', 'wrk', '-t1', `-c${connections}`, `-d${time}`, '--timeout', '5s', '-s', join(HERE, 'gate.lua'), url];
  const { stdout } = await promisify(execFile)('taskset', args, { env: environment, encoding: 'utf8' });
  const [, requests, took, p50, p99, bad] = /RESULT (\d+) ([\d.]+) (\d+) (\d+) (\d+)/.exec(stdout).map(Number);
  return { requests, took, p50: p50 / 1000, p99: p99 / 1000, bad };
}

// One run of a row at one party. A row that did not do what its name says would be a wrong number, so it is an error.
async function measure(row, party) {
  if (row.once) await party.forget();
  const roots = party.pids();
  const before = cpu(roots);
  const run = await wrk(party.url, { ...row, anywhere: row.warm > 2 });
  if (run.requests === 0) throw new Error(`${row.name} at ${party.name}: not one answer in ${row.time ?? seconds} s`);
  const used = cpu(roots) - before;
  if (row.once && party.remembers && run.requests > row.upto - row.from) throw new Error(`${row.name}: ${run.requests} requests used up the tokens; give more with --tokens`);
  const wanted = row.refused && party.judges ? run.requests : 0;
  if (run.bad !== wanted && party.errors) console.error(party.errors().slice(-3000));
  if (run.bad !== wanted) throw new Error(`${row.name} at ${party.name}: ${run.bad} of ${run.requests} were not 2xx, ${wanted} expected`);
  return { ...run, rate: run.requests / run.took, cost: (used / run.requests) * 1000, memory: resident(roots) };
}

const folder = temporaryFolder(ending, 'bench');
const mint = (...args) => execFileSync(program('bench/bench_gate'), args, { env: surroundings(), encoding: 'utf8' }).trim();
mint('--mint', folder, String(tokens), String(many));
const tls = makeCertificates(ending);

const lanyard = await startLanyard(ending, { config: {
  server: { loops: 1, trusted_proxies: ['127.0.0.1'] },
  issuers: [{ id: 'bench', issuer: ISSUER, audiences: ['https://bench.example'], jwks_file: join(folder, 'jwks.json'), admission: { new_accounts: 'active' } }],
  clients: [{ id: 'wiki', origin: 'https://wiki.example.org' }],
  gate: { cache_life: '1h' },
} });
const cookie = `__Host-lanyard-app-wiki=${mint('--session', lanyard.configFile)}`;
const quiet = 'access_log off; keepalive_requests 1000000000;';
const nginx = await startNginx(ending, { site: ({ host, port, folder: own }) => `upstream gate { server ${new URL(lanyard.url).host}; keepalive 32; }
server { listen ${host}:${port}; ${quiet}
  location / { return 200; }
  location /page { root ${own}/www; }
  location /gated { alias ${own}/www/page; auth_request /ask; }
  location = /ask { internal; proxy_pass http://gate/gate/check/wiki; proxy_http_version 1.1; proxy_pass_request_body off;
    proxy_set_header Connection ""; proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri;
    proxy_set_header X-Original-Method $request_method; proxy_set_header X-Forwarded-For $remote_addr; }
}` });
mkdirSync(join(nginx.folder, 'www', 'page'), { recursive: true });
writeFileSync(join(nginx.folder, 'www', 'page', 'index.html'), 'ok\n');

const gate = `${lanyard.url}/gate/check/wiki`;
const first = join(folder, 'first.txt');
const remembered = async () => { // one token of the identity, so that its account is there and known
  writeFileSync(first, ['rs256', 'es256'].map((kind) => readFileSync(join(folder, `${kind}.txt`), 'utf8').split('\n', 1)[0]).join('\n'));
  await wrk(gate, { file: first, upto: 2, time: 1, connections: 1 });
};
const ours = {
  name: 'Lanyard', url: gate, judges: true, remembers: true, pids: () => [lanyard.program.pid],
  forget: async () => { // what it remembers; the start also makes the tables of the issuer's key
    await lanyard.restart();
    pin(lanyard.program.pid);
    await remembered();
  },
};
const parties = [{ name: 'nginx `return 200`', url: `${nginx.url}/`, pids: () => [nginx.pid], forget: () => {} }, ours];
if (!values.alone) {
  const reason = missingApache();
  if (reason) throw new Error(`${reason} (or leave it out: --alone)`);
  await startNginx(ending, { host: '127.0.0.4', site: ({ host, port }) => `server { listen ${host}:${port}; ${quiet} }
server { listen ${host}:8443 ssl; ${quiet} ssl_certificate ${tls.certificateFile}; ssl_certificate_key ${tls.keyFile};
  location = /keys { alias ${folder}/jwks.json; } }` });
  const apache = await startApache(ending, { site: () => `LogLevel error auth_openidc:error
ThreadsPerChild 25
MaxRequestWorkers 25
KeepAlive On
MaxKeepAliveRequests 0
OIDCCryptoPassphrase bench-passphrase
OIDCOAuthSSLValidateServer Off
OIDCOAuthVerifyJwksUri https://127.0.0.4:8443/keys
<Location /public>
  Require all granted
</Location>
<Location /check>
  AuthType oauth20
  <RequireAll>
    Require claim iss:${ISSUER}
    Require claim aud:https://bench.example
  </RequireAll>
</Location>` });
  for (const name of ['public', 'check']) {
    mkdirSync(join(apache.folder, 'www', name), { recursive: true });
    writeFileSync(join(apache.folder, 'www', name, 'index.html'), 'ok\n');
  }
  parties.push({ name: 'mod_auth_openidc', url: `${apache.url}/check/index.html`, judges: true, errors: apache.errors, pids: () => [apache.pid], forget: () => {} });
}
const [plain, , foreign] = parties;
const list = (name) => join(folder, `${name}.txt`);
const judged = [plain, ours, ...(foreign ? [foreign] : [])];
const session = { cookie, parties: [plain, ours] };
const behind = [
  { name: 'nginx, a file', url: `${nginx.url}/page/index.html`, pids: () => [nginx.pid] },
  { ...ours, url: `${nginx.url}/gated/index.html`, pids: () => [nginx.pid, lanyard.program.pid] },
];
const rows = [];
for (const kind of ['RS256', 'ES256']) {
  const file = list(kind.toLowerCase());
  rows.push({ name: `same ${kind} token`, file, warm: 1 }, { name: `10,000 ${kind} tokens, warm`, file, upto: 10_000, warm: 2 });
}
if (many) rows.push({ name: `${many.toLocaleString('en')} ES256 tokens, warm`, file: list('many'), upto: many, warm: Math.ceil(many / 10_000) + 2 });
rows.push({ name: 'session cookie', ...session }, { name: 'session cookie, behind nginx', cookie, parties: behind });
for (const kind of ['unknown_issuer', 'unknown_kid', 'expired', 'malformed']) {
  rows.push({ name: `refused: ${kind.replace('_', ' ')}`, file: list(kind), upto: 10_000, refused: true });
}
for (const kind of ['RS256', 'ES256']) rows.push({ name: `${kind}, first seen`, file: list(kind.toLowerCase()), from: 2, upto: tokens, once: true, time: 1 });

const results = [];
[nginx.pid, lanyard.program.pid, foreign?.pids()[0]].filter(Boolean).forEach(pin);
await remembered();
for (const row of rows.filter((one) => one.name.includes(values.rows))) {
  const runs = new Map((row.parties ?? judged).map((party) => [party, []]));
  if (row.warm) await wrk(gate, { ...row, time: row.warm });
  for (let round = 0; round < rounds; round += 1) {
    for (const [party, done] of runs) done.push(await measure(row, party));
  }
  const middle = [...runs].map(([party, done]) => ({ party, ...Object.fromEntries(['cost', 'rate', 'p50', 'p99', 'memory'].map((what) => [what, median(done.map((run) => run[what]))])) }));
  results.push({ row, middle });
  console.error(`${row.name.padEnd(32)} ${middle.map(({ party, cost }) => `${party.name} ${cost.toFixed(4)}`).join(', ')}  (load ${loadavg()[0].toFixed(1)})`);
}
console.log('| operation | CPU-s per 1,000 | requests per CPU-s | requests/s | p50 ms | p99 ms | MiB | nginx | of nginx | mod_auth_openidc | times less |');
console.log('|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|');
for (const { row, middle: [least, own, other] } of results) {
  const cells = [row.name, own.cost.toFixed(4), Math.round(1000 / own.cost).toLocaleString('en'), Math.round(own.rate).toLocaleString('en'),
    own.p50.toFixed(2), own.p99.toFixed(2), own.memory.toFixed(0), least.cost.toFixed(4), `${Math.round((least.cost / own.cost) * 100)} %`,
    other ? other.cost.toFixed(4) : '', other ? (other.cost / own.cost).toFixed(1) : ''];
  console.log(`| ${cells.join(' | ')} |`);
}
for (const end of endings) await end();
process.exit(0);
