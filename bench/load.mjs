// What the benchmarks of whole servers share: offices as children, load by wrk, flows one after the other, and the processor time
// that the server took. What counts is that time: the load runs on the same machine.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { memory, processorTime, quantile } from './counting.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const SECRET = 'bench-secret-bench-secret-bench-secret-1';
export const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
export const WEB = 'https://web.example.org/callback';
export const SCOPE = 'openid profile email offline_access';
export const VERIFIER = 'bench-verifier-bench-verifier-bench-verifier-1';
export const basic = (id) => `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}`;
export const clients = [
  { client_id: 'web', client_secret: SECRET, redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: SCOPE },
  { client_id: 'quick', client_secret: SECRET, redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: SCOPE, id_token_signed_response_alg: 'ES256' },
  { client_id: 'robot', client_secret: SECRET, grant_types: ['client_credentials'], scope: 'openid' },
  { client_id: 'device', application_type: 'native', grant_types: [DEVICE, 'refresh_token'], scope: SCOPE, token_endpoint_auth_method: 'none' },
];

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function call(url, { method, form, json, headers = {} } = {}) {
  const body = form ? new URLSearchParams(form).toString() : json && JSON.stringify(json);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const length = body ? { 'content-type': type, 'content-length': Buffer.byteLength(body) } : {};
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
  if (answer.status !== status) throw new Error(`${answer.status} ${answer.text} ${JSON.stringify(answer.headers)}`);
  return answer;
}

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
  const over = new Promise((done) => { child.on('exit', done); }); // of its own accord as well
  office.stop = () => {
    child.stdin.end();
    return over;
  };
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

  // One request again and again, by wrk. A form makes it a POST; `forms` are sent once each, or as many as there is time for.
  load(office, operation, url, { form = '', forms = [], auth = '', connections = 16 } = {}) {
    const folder = forms.length > 0 ? mkdtempSync(join(tmpdir(), 'lanyard-load-')) : '';
    if (folder) writeFileSync(join(folder, 'forms'), forms.join('\n'), { mode: 0o600 });
    const before = processorTime(office.pid);
    const env = { ...process.env, FORM: form, AUTH: auth, FORMS: folder && join(folder, 'forms') };
    const said = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${this.seconds}`, '--timeout', '5s', '-s', join(HERE, 'post.lua'), url], { env, encoding: 'utf8' });
    if (folder) rmSync(folder, { recursive: true });
    agent.destroy(); // nobody looked after its idle connections meanwhile
    const [, requests, took, bad, p50, p99] = /RESULT (\d+) ([\d.]+) (\d+) ([\d.]+) ([\d.]+)/.exec(said).map(Number);
    // wrk waits to its end, also when there is nothing left to send.
    const busy = forms.length > 0 ? Math.min(took, (requests * p50) / connections / 1000) : took;
    this.note(office, operation, requests, busy, processorTime(office.pid) - before, { bad, p50, p99 });
  }

  // `step` again and again until the time is over, with what it gave the last time; so many `chains` at once, each from its own
  // first state.
  async flow(office, operation, step, { chains = 1, states = [] } = {}) {
    const before = processorTime(office.pid);
    const begun = Date.now();
    const times = [];
    await Promise.all(Array.from({ length: chains }, async (_, chain) => {
      for (let state = states[chain]; Date.now() - begun < this.seconds * 1000;) {
        const from = process.hrtime.bigint();
        state = await step(state);
        times.push(Number(process.hrtime.bigint() - from) / 1e6);
      }
    }));
    this.note(office, operation, times.length, (Date.now() - begun) / 1000, processorTime(office.pid) - before, { p50: quantile(times, 0.5), p99: quantile(times, 0.99) });
  }
}
