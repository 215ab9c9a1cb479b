// The exchange of an unchanged panda-client, byte for byte as it was recorded (panda_client.recorded, which the test compares
// with): Python's urllib on a raw socket. Each request is a connection of
// its own; header names are in the order and the spelling that Python gives them. The configuration and the discovery document
// are fetched without a look at the certificate, as panda-client does.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { sleep } from './ending.mjs';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

// urllib.parse.urlencode: quote_plus, that is a space as "+", and everything but letters, digits and _.-~ as %XX.
const quote = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%20', '+');
export const urlencode = (pairs) => pairs.map(([key, value]) => `${quote(key)}=${quote(String(value))}`).join('&');

// Python writes None, also into forms.
const pythonText = (value) => (value === null || value === undefined ? 'None' : value);

// The recorded requests by name, with {placeholders} for what differs from run to run.
export function recorded() {
  const text = readFileSync(new URL('panda_client.recorded', import.meta.url), 'utf8');
  return Object.fromEntries([...text.matchAll(/^== (\w+)\n([\s\S]*?)(?=\n== |$(?![\s\S]))/gm)].map(([, name, request]) => {
    const [head, body = ''] = request.split('\n\n');
    return [name, `${head.trim().replaceAll('\n', '\r\n')}\r\n\r\n${body.trim()}`];
  }));
}

export class PandaClient {
  // vo is what PANDA_AUTH_VO holds: "Rubin", "Rubin:production", "Rubin.production".
  constructor({ url, vo, ca, version = '3.11' }) {
    Object.assign(this, { url, vo, ca, version });
    this.file = undefined; // the text of .token
    this.log = []; // every request's bytes and every answer's
  }

  // { status, body } of one request; `form` makes it a POST.
  exchange(address, { form, headers = [], body = form === undefined ? '' : form, verify = true } = {}) {
    const target = new URL(address);
    const secure = target.protocol === 'https:';
    const posts = body !== '';
    const lines = [
      `${posts && form !== undefined ? 'POST' : 'GET'} ${target.pathname}${target.search} HTTP/1.1`,
      'Accept-Encoding: identity',
      ...(posts ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
      `Host: ${target.host}`,
      `User-Agent: Python-urllib/${this.version}`,
      ...(form !== undefined ? ['Content-Type: application/x-www-form-urlencoded'] : []),
      ...headers,
      'Connection: close',
    ];
    const bytes = `${lines.join('\r\n')}\r\n\r\n${body}`;
    return new Promise((resolve, reject) => {
      const port = Number(target.port || (secure ? 443 : 80));
      const socket = secure
        ? connectTls({ host: target.hostname, port, ca: this.ca, rejectUnauthorized: verify }) : connect(port, target.hostname);
      const parts = [];
      socket.setTimeout(10_000, () => socket.destroy(new Error(`no answer to\n${bytes}`)));
      socket.on('data', (part) => parts.push(part));
      socket.once('error', reject);
      socket.once('close', () => {
        const answer = Buffer.concat(parts).toString('utf8');
        this.log.push({ bytes, answer });
        const cut = answer.indexOf('\r\n\r\n');
        const head = answer.slice(0, cut);
        const raw = answer.slice(cut + 4);
        const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
        resolve({ status, head, body: /^transfer-encoding: *chunked/im.test(head) ? dechunk(raw) : raw });
      });
      // Head and body leave in two pieces.
      socket.write(bytes.slice(0, bytes.length - body.length));
      if (body !== '') socket.write(body);
    });
  }

  // Steps 1 and 2: where everything is.
  async configure() {
    const auth = await this.exchange(`${this.url}/auth/${this.vo}_auth_config.json`, { verify: false });
    if (auth.status !== 200) throw new Error(`Failed to get Auth configuration: code=${auth.status}`);
    this.auth = JSON.parse(auth.body);
    for (const key of ['oidc_config_url', 'client_id', 'client_secret', 'audience']) {
      if (!(key in this.auth)) throw new Error(`KeyError: '${key}'`);
    }
    const endpoints = await this.exchange(this.auth.oidc_config_url, { verify: false });
    if (endpoints.status !== 200) throw new Error(`Failed to get endpoint configuration: code=${endpoints.status}`);
    this.endpoints = JSON.parse(endpoints.body);
  }

  // Step 3. The space behind the last scope is panda-client's.
  async startDevice() {
    const wlcg = this.auth.jwt_profile === 'wlcg' ? 'wlcg wlcg.groups ' : '';
    const form = urlencode([['client_id', this.auth.client_id], ['scope', `openid profile email offline_access ${wlcg}`], ['audience', this.auth.audience]]);
    const answer = await this.exchange(this.endpoints.device_authorization_endpoint, { form });
    if (answer.status !== 200) throw new Error(`Failed to get device code: code=${answer.status}. ${answer.body}`);
    this.device = JSON.parse(answer.body);
    for (const key of ['device_code', 'verification_uri_complete', 'expires_in']) {
      if (!(key in this.device)) throw new Error(`KeyError: '${key}'`);
    }
    return this.device;
  }

  // Step 5. Everything but authorization_pending is the end of it, slow_down too.
  async poll({ pause = (seconds) => sleep(seconds * 1000) } = {}) {
    const { client_id: id, client_secret: secret } = this.auth;
    const form = urlencode([['client_id', id], ['grant_type', DEVICE], ['device_code', this.device.device_code], ...(secret ? [['client_secret', secret]] : [])]);
    const interval = this.device.interval ?? 5;
    for (let waited = 0; waited < this.device.expires_in; waited += interval + 1) {
      const answer = await this.exchange(this.endpoints.token_endpoint, { form });
      if (answer.status === 200) return this.keep(answer.body);
      let error;
      try {
        ({ error } = JSON.parse(answer.body));
      } catch {
        // not JSON: fatal as well
      }
      if (error !== 'authorization_pending') throw new Error(`Failed to get ID token: code=${answer.status}. description=${answer.body}`);
      await pause(interval + 1);
    }
    throw new Error('panda-client gives up without a word');
  }

  // Step 6: no scope, no audience, and "None" where there is no secret.
  async refresh() {
    const { refresh_token: renewal } = JSON.parse(this.file);
    const form = urlencode([['client_id', this.auth.client_id], ['client_secret', pythonText(this.auth.client_secret)], ['grant_type', 'refresh_token'], ['refresh_token', renewal]]);
    const answer = await this.exchange(this.endpoints.token_endpoint, { form });
    if (answer.status !== 200) throw new Error(`Failed to refresh token: code=${answer.status}. description=${answer.body}`);
    return this.keep(answer.body);
  }

  // The token file is the answer as it came; without these two the next command fails.
  keep(text) {
    const answer = JSON.parse(text);
    for (const key of ['id_token', 'refresh_token']) if (!(key in answer)) throw new Error(`Failed to get ID token: '${key}'`);
    this.file = text;
    return answer;
  }

  // Step 7: two bytes of a body even with GET.
  call(path) {
    const { id_token: token } = JSON.parse(this.file);
    const headers = ['Accept: application/json', 'Content-Type: application/json', `Authorization: Bearer ${token}`, `Origin: ${this.vo}`];
    return this.exchange(`${this.url}${path}`, { headers, body: '{}' });
  }
}

function dechunk(text) {
  let bytes = Buffer.from(text, 'utf8');
  const parts = [];
  for (;;) {
    const end = bytes.indexOf('\r\n');
    const size = parseInt(bytes.subarray(0, end).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(parts).toString('utf8');
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    bytes = bytes.subarray(end + 4 + size);
  }
}
