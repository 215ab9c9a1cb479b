// The office under load, with the certified npm oidc-provider in the same run. What counts is the server's processor time:
// the flows are driven from here, on the other core, and are slower than the server.
//   node bench/office.mjs [SECONDS]     needs wrk, the packages of test/e2e (npm ci there), and a release build

import { spawn, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const WEB = 'https://web.example.org/callback';
const SECRET = 'bench-secret-bench-secret-bench-secret-1';
const clients = [
  { client_id: 'web', client_secret: SECRET, redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: 'openid profile email offline_access' },
  { client_id: 'robot', client_secret: SECRET, grant_types: ['client_credentials'], scope: 'openid' },
  { client_id: 'device', application_type: 'native', grant_types: [DEVICE, 'refresh_token'], scope: 'openid profile email offline_access', token_endpoint_auth_method: 'none' },
];

// ---- The child: one office until its input ends ----

async function serve() {
  const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
  console.log = console.info = console.error; // what the packages say is no answer of ours
  const { startOffice, IS_REFERENCE } = await import('../test/e2e/support/office.mjs');
  const endings = [];
  const office = await startOffice({ after: (end) => endings.unshift(end) }, { clients, remember: true });
  const visitor = office.visitor();
  const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
  const asked = new URLSearchParams({ client_id: 'web', redirect_uri: WEB, response_type: 'code', scope: 'openid profile email offline_access', code_challenge: challenge, code_challenge_method: 'S256', prompt: 'consent' });
  const callback = await office.authorize(`${(await office.metadata()).authorization_endpoint}?${asked}`, WEB, { visitor });
  const cookie = visitor.cookies.filter((one) => new URL(office.issuer).hostname === one.host).map((one) => `${one.name}=${one.value}`).join('; ');
  const pid = IS_REFERENCE ? process.pid : office.lanyard.program.pid;
  say({ metadata: await office.metadata(), pid, code: callback.searchParams.get('code'), cookie });
  for await (const line of createInterface({ input: process.stdin })) {
    const page = JSON.parse(line).approve;
    await office.approve(page, { visitor });
    say({ approved: page });
  }
  for (const end of endings) await end();
  process.exit(0);
}

// ---- The driver ----

const VERIFIER = 'bench-verifier-bench-verifier-bench-verifier-1';
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const basic = (id) => `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}`;

function call(url, { form, headers = {} } = {}) {
  const body = form && new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const out = send(url, { method: body ? 'POST' : 'GET', agent, headers: { ...(body ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) } : {}), ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    out.on('error', reject);
    out.end(body);
  });
}

const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function start(name) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--serve'], {
    env: { ...process.env, OFFICE: name === 'lanyardd' ? '' : 'reference' }, stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended`);
    return JSON.parse(value);
  };
  const office = { name, child, ...(await next()) };
  office.approve = async (page) => { child.stdin.write(`${JSON.stringify({ approve: page })}\n`); await next(); };
  return office;
}

const rows = [];
function note(office, operation, requests, seconds, cpu, bad = 0) {
  rows.push({ office: office.name, operation, rate: requests / seconds, cpu: (cpu / requests) * 1000, bad, rss: memory(office.pid) });
  const row = rows.at(-1);
  console.error(`${office.name.padEnd(14)} ${operation.padEnd(44)} ${row.rate.toFixed(0).padStart(8)}/s ${row.cpu.toFixed(3).padStart(8)} CPU-s per 1,000 ${row.bad ? `(${row.bad} failed)` : ''}`);
}

function load(office, operation, url, { form = '', auth = '' } = {}) {
  const before = ticks(office.pid);
  const said = execFileSync('wrk', ['-t1', '-c16', `-d${SECONDS}`, '--timeout', '5s', '-s', join(HERE, 'post.lua'), url], { env: { ...process.env, FORM: form, AUTH: auth }, encoding: 'utf8' });
  agent.destroy(); // nobody looked after its idle connections meanwhile
  const [, requests, time, bad] = /RESULT (\d+) ([\d.]+) (\d+)/.exec(said).map(Number);
  note(office, operation, requests, time, ticks(office.pid) - before, bad);
}

// `step` runs in chains at once until the time is over, each with what its last one gave.
async function flow(office, operation, step, chains = 8) {
  const before = ticks(office.pid);
  const begun = Date.now();
  let count = 0;
  await Promise.all(Array.from({ length: chains }, async () => {
    let state;
    while (Date.now() - begun < SECONDS * 1000) {
      state = await step(state);
      ++count;
    }
  }));
  note(office, operation, count, (Date.now() - begun) / 1000, ticks(office.pid) - before);
}

function expect(answer, status) {
  if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.headers)} ${answer.text}`);
  return answer;
}

async function measure(office) {
  const at = office.metadata;
  const token = async (form, id = 'web') => JSON.parse(expect(await call(at.token_endpoint, { form, headers: { authorization: basic(id) } }), 200).text);
  const first = await token({ grant_type: 'authorization_code', code: office.code, redirect_uri: WEB, code_verifier: VERIFIER });
  load(office, 'discovery', `${at.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  load(office, 'key set', at.jwks_uri);
  load(office, 'userinfo', at.userinfo_endpoint, { auth: `Bearer ${first.access_token}` });
  load(office, 'introspection', at.introspection_endpoint, { form: `token=${first.access_token}`, auth: basic('web') });
  load(office, 'client credentials', at.token_endpoint, { form: 'grant_type=client_credentials', auth: basic('robot') });

  const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
  const asked = new URLSearchParams({ client_id: 'web', redirect_uri: WEB, response_type: 'code', scope: 'openid profile email offline_access', code_challenge: challenge, code_challenge_method: 'S256' });
  const code = async () => {
    const answer = await call(`${at.authorization_endpoint}?${asked}`, { headers: { cookie: office.cookie } });
    const found = new URL(answer.headers.location ?? 'x:').searchParams.get('code');
    if (!found) throw new Error(`no code: ${answer.status} ${answer.headers.location} ${answer.text.slice(0, 300)}`);
    return token({ grant_type: 'authorization_code', code: found, redirect_uri: WEB, code_verifier: VERIFIER });
  };
  await flow(office, 'code with a live session (2 requests)', code, 1);
  await flow(office, 'refresh, rotated', async (held) => token({ grant_type: 'refresh_token', refresh_token: (held ?? first).refresh_token }), 1);
  // A person's clicks are part of the cycle, so this is not many.
  const before = ticks(office.pid);
  const begun = Date.now();
  let count = 0;
  for (; Date.now() - begun < SECONDS * 1000; ++count) {
    const begin = JSON.parse(expect(await call(at.device_authorization_endpoint, { form: { client_id: 'device', scope: 'openid profile email offline_access' } }), 200).text);
    await office.approve(begin.verification_uri_complete);
    expect(await call(at.token_endpoint, { form: { client_id: 'device', grant_type: DEVICE, device_code: begin.device_code } }), 200);
  }
  note(office, 'device cycle, with its pages', count, (Date.now() - begun) / 1000, ticks(office.pid) - before);
}

const SECONDS = Number(process.argv[2] ?? 3);
if (process.argv[2] === '--serve') {
  await serve();
} else {
  for (const name of ['oidc-provider', 'lanyardd']) {
    const office = await start(name);
    try {
      await measure(office);
    } finally {
      office.child.stdin.end();
    }
  }
  console.log('| operation | lanyardd requests/s | CPU-s per 1,000 | oidc-provider requests/s | CPU-s per 1,000 | times less |\n|---|--:|--:|--:|--:|--:|');
  for (const ours of rows.filter((row) => row.office === 'lanyardd')) {
    const theirs = rows.find((row) => row.office !== 'lanyardd' && row.operation === ours.operation);
    console.log(`| ${ours.operation} | ${ours.rate.toFixed(0)} | ${ours.cpu.toFixed(3)} | ${theirs.rate.toFixed(0)} | ${theirs.cpu.toFixed(3)} | ${(theirs.cpu / ours.cpu).toFixed(1)} |`);
  }
  process.exit(0);
}
