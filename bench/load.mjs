// What the benchmarks of whole servers share: offices as children, load by wrk, flows one after the other, and the processor time
// that the server took. What counts is that time: the load runs on the same machine.

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const SECRET = 'bench-secret-bench-secret-bench-secret-1';
export const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
export const WEB = 'https://web.example.org/callback';
export const SCOPE = 'openid profile email offline_access';
export const VERIFIER = 'bench-verifier-bench-verifier-bench-verifier-1';
export const basic = (id) => `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}`;
export const clients = [
  { client_id: 'web', client_secret: SECRET, redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: SCOPE },
  { client_id: 'robot', client_secret: SECRET, grant_types: ['client_credentials'], scope: 'openid' },
  { client_id: 'device', application_type: 'native', grant_types: [DEVICE, 'refresh_token'], scope: SCOPE, token_endpoint_auth_method: 'none' },
];

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function call(url, { method, form, headers = {} } = {}) {
  const body = form && new URLSearchParams(form).toString();
  const length = body ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) } : {};
  return new Promise((resolve, reject) => {
    const out = send(url, { method: method ?? (body ? 'POST' : 'GET'), agent, headers: { ...length, ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    out.on('error', reject);
    out.end(body);
  });
}

export function expect(answer, status) {
  if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.headers)} ${answer.text}`);
  return answer;
}

// Processor time so far, in seconds.
export const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
export const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024; // MiB

// `environment`: see office_child.mjs.
export async function start(name, environment = {}) {
  const child = spawn(process.execPath, [join(HERE, 'office_child.mjs')], { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended`);
    return JSON.parse(value);
  };
  const office = { name, child, ...(await next()) };
  office.wish = async (wish) => {
    child.stdin.write(`${JSON.stringify(wish)}\n`);
    return next();
  };
  office.stop = () => new Promise((done) => { child.on('exit', done).stdin.end(); });
  return office;
}

export class Bench {
  rows = [];

  constructor(seconds) {
    this.seconds = seconds;
  }

  note(office, operation, requests, seconds, cpu, { bad = 0, p50, p99 } = {}) {
    const row = { office: office.name, operation, requests, rate: requests / seconds, cpu: (cpu / requests) * 1000, bad, p50, p99, rss: memory(office.pid) };
    this.rows.push(row);
    const trouble = bad ? ` (${bad} failed)` : '';
    console.error(`${office.name.padEnd(18)} ${operation.padEnd(44)} ${row.rate.toFixed(0).padStart(8)}/s ${row.cpu.toFixed(4).padStart(9)} CPU-s per 1,000${trouble}`);
  }

  // One request again and again, by wrk. FORM makes it a POST.
  load(office, operation, url, { form = '', auth = '', connections = 16 } = {}) {
    const before = ticks(office.pid);
    const said = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${this.seconds}`, '--timeout', '5s', '-s', join(HERE, 'post.lua'), url], { env: { ...process.env, FORM: form, AUTH: auth }, encoding: 'utf8' });
    agent.destroy(); // nobody looked after its idle connections meanwhile
    const [, requests, time, bad, p50, p99] = /RESULT (\d+) ([\d.]+) (\d+) ([\d.]+) ([\d.]+)/.exec(said).map(Number);
    this.note(office, operation, requests, time, ticks(office.pid) - before, { bad, p50, p99 });
  }

  // `step` again and again until the time is over, with what it gave the last time.
  async flow(office, operation, step) {
    const before = ticks(office.pid);
    const begun = Date.now();
    const times = [];
    for (let state; Date.now() - begun < this.seconds * 1000;) {
      const from = process.hrtime.bigint();
      state = await step(state, times.length);
      times.push(Number(process.hrtime.bigint() - from) / 1e6);
    }
    const sorted = times.slice().sort((a, b) => a - b);
    const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
    this.note(office, operation, times.length, (Date.now() - begun) / 1000, ticks(office.pid) - before, { p50: at(0.5), p99: at(0.99) });
  }

  // What every office can do.
  async office(office) {
    const at = office.metadata;
    const token = async (form, id = 'web') => JSON.parse(expect(await call(at.token_endpoint, { form, headers: { authorization: basic(id) } }), 200).text);
    const first = await token({ grant_type: 'authorization_code', code: office.code, redirect_uri: WEB, code_verifier: VERIFIER });
    this.load(office, 'discovery', `${at.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    this.load(office, 'key set', at.jwks_uri);
    this.load(office, 'userinfo', at.userinfo_endpoint, { auth: `Bearer ${first.access_token}` });
    this.load(office, 'introspection', at.introspection_endpoint, { form: `token=${first.access_token}`, auth: basic('web') });
    this.load(office, 'client credentials', at.token_endpoint, { form: 'grant_type=client_credentials', auth: basic('robot') });

    const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
    const asked = new URLSearchParams({ client_id: 'web', redirect_uri: WEB, response_type: 'code', scope: SCOPE, code_challenge: challenge, code_challenge_method: 'S256' });
    await this.flow(office, 'code with a live session (2 requests)', async () => {
      const answer = await call(`${at.authorization_endpoint}?${asked}`, { headers: { cookie: office.cookie } });
      const found = new URL(answer.headers.location ?? 'x:').searchParams.get('code');
      if (!found) throw new Error(`no code: ${answer.status} ${answer.headers.location} ${answer.text.slice(0, 300)}`);
      return token({ grant_type: 'authorization_code', code: found, redirect_uri: WEB, code_verifier: VERIFIER });
    });
    await this.flow(office, 'refresh, rotated', async (held) => token({ grant_type: 'refresh_token', refresh_token: (held ?? first).refresh_token }));
    // A person's clicks are part of the cycle, so this is not many.
    await this.flow(office, 'device cycle, with its pages', async () => {
      const begin = JSON.parse(expect(await call(at.device_authorization_endpoint, { form: { client_id: 'device', scope: SCOPE } }), 200).text);
      await office.wish({ approve: begin.verification_uri_complete });
      expect(await call(at.token_endpoint, { form: { client_id: 'device', grant_type: DEVICE, device_code: begin.device_code } }), 200);
    });
    return first;
  }
}
