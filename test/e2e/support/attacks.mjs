// An office that is attacked: its clients, somebody who is signed in, and the requests of the protocol in any form, right
// or wrong. What a certified client would not send, this sends.

import { strict as assert } from 'node:assert';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';

import { atEnd } from './ending.mjs';
import { startLanyard } from './lanyard.mjs';
import { DEVICE, newSecret, officeOf, startOffice } from './office.mjs';
import { adminTokenFile, PAGE, signIn } from './site.mjs';

export const WEB = 'https://web.example.org/callback';
export const NATIVE = 'http://127.0.0.1/callback';
export const DATA = 'https://data.example.org/';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS = 'urn:ietf:params:oauth:token-type:access_token';
export const SCOPE = 'openid profile email offline_access';

const web = { redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: SCOPE, trusted: true };
const device = { application_type: 'native', grant_types: [DEVICE, 'refresh_token'], scope: SCOPE, token_endpoint_auth_method: 'none' };
const CLIENTS = [
  { ...web, client_id: 'web', client_secret: newSecret(), audiences: [DATA], post_logout_redirect_uris: ['https://web.example.org/bye'] },
  { ...web, client_id: 'other', client_secret: newSecret() },
  { ...web, client_id: 'asks', client_secret: newSecret(), trusted: undefined },
  { ...web, client_id: 'native', application_type: 'native', redirect_uris: [NATIVE], token_endpoint_auth_method: 'none', trusted: undefined },
  { ...device, client_id: 'device' },
  { ...device, client_id: 'device2' },
];

export const challengeOf = (verifier) => createHash('sha256').update(verifier).digest('base64url');
export const newVerifier = () => randomBytes(32).toString('base64url');
export const atOnce = (count, what) => Promise.all(Array.from({ length: count }, (_, index) => what(index)));
export const payloadOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

class Target {
  constructor(fields) {
    Object.assign(this, fields);
  }

  get issuer() {
    return this.office.issuer;
  }
  get lanyard() {
    return this.office.lanyard;
  }

  // An authorization request; undefined takes a parameter away, and `extra` is put behind as it stands.
  ask(client, more = {}, extra = '') {
    const verifier = newVerifier();
    const { redirect_uris: [redirect_uri] = [] } = this.clients.get(client) ?? { redirect_uris: [WEB] };
    const all = {
      client_id: client, redirect_uri, response_type: 'code', scope: 'openid', state: 'a state',
      code_challenge: challengeOf(verifier), code_challenge_method: 'S256', ...more,
    };
    const kept = Object.entries(all).filter(([, value]) => value !== undefined);
    return { url: `${this.issuer}/authorize?${new URLSearchParams(kept)}${extra}`, verifier, redirect_uri: all.redirect_uri, client };
  }

  get(url, visitor = this.ada) {
    return visitor.get(url, { headers: PAGE });
  }

  // A code for whoever the visitor is, with everything that belongs to it.
  async code(client = 'web', more = {}, { visitor = this.ada, who = 'ada' } = {}) {
    const asked = this.ask(client, more);
    const back = await this.office.authorize(asked.url, asked.redirect_uri, { visitor, who });
    const code = back.searchParams.get('code');
    assert.ok(code, `no code: ${back}`);
    return { ...asked, code, back };
  }

  // A request of a client, with its proof in the header or, for a public one, its name in the body. A list of pairs may
  // repeat names.
  send(path, client, form, { at = this.issuer, headers = {} } = {}) {
    const { client_secret: secret } = this.clients.get(client) ?? {};
    const pairs = (Array.isArray(form) ? form : Object.entries(form)).filter(([, value]) => value !== undefined);
    if (secret) headers = { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`, ...headers };
    else if (client && !pairs.some(([name]) => name === 'client_id')) pairs.push(['client_id', client]);
    return this.office.visitor().post(`${at}${path}`, { form: pairs, headers });
  }
  token(client, form, options) {
    return this.send('/token', client, form, options);
  }

  redeem(given, more = {}, { client = given.client, ...options } = {}) {
    const { code, verifier: code_verifier, redirect_uri } = given;
    return this.token(client, { grant_type: 'authorization_code', code, code_verifier, redirect_uri, ...more }, options);
  }
  refresh(client, refresh_token, more = {}, options = {}) {
    return this.token(client, { grant_type: 'refresh_token', refresh_token, ...more }, options);
  }

  async tokens(client = 'web', more = { scope: SCOPE }, options = {}) {
    const answer = await this.redeem(await this.code(client, more, options));
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  async isActive(token, client = 'web') {
    const answer = await this.send('/introspect', client, { token });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.active;
  }
  async userinfo(token, options = {}) {
    return (await this.office.visitor().get(`${this.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` }, ...options })).status;
  }

  // As the administrator.
  async admin(method, path, json, headers = {}) {
    const answer = await this.office.visitor().request(method, `${this.lanyard.url}/api/v1${path}`, { json, headers: { authorization: `Bearer ${this.adminToken}`, ...headers } });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.status === 204 ? undefined : answer.json;
  }
  async account(email) {
    return (await this.admin('GET', '/accounts')).items.find((one) => one.email === email);
  }

  // Somebody else who is let in, in a browser of their own.
  async admit(who, groups = []) {
    const visitor = this.office.visitor();
    await signIn(this.lanyard, this.office.university, who, { client: visitor });
    const account = await this.account(this.office.university.people[who].email);
    if (account.state === 'pending') await this.admin('POST', `/accounts/${account.id}/approve`, {});
    for (const group of groups) await this.admin('PUT', `/groups/${group}/members/account/${account.id}`, { level: 'can_read' });
    return { visitor, account };
  }

  // Somebody whom the university did not have before, let in.
  newcomer(who) {
    this.office.university.people[who] = { email: `${who}@example.net`, email_verified: true, name: `The ${who}`, preferred_username: who };
    return this.admit(who);
  }

  // A program asks for a code, and somebody allows or refuses it at the page.
  async device(client = 'device', scope = SCOPE) {
    const answer = await this.send('/devicecode', client, { scope });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }
  poll({ device_code }, client = 'device', more = {}) {
    return this.token(client, { grant_type: DEVICE, device_code, ...more });
  }
  // The page that asks for a yes, for this code as somebody typed it.
  async devicePage(typed, visitor = this.ada) {
    const page = await visitor.follow(await this.get(`${this.issuer}/device`, visitor));
    const form = page.forms.find((one) => 'user_code' in one.fields);
    assert.ok(form, page.text);
    return visitor.submit(form, { fields: { user_code: typed }, headers: PAGE });
  }
  async decide(begun, value = 'allow', visitor = this.ada) {
    const page = await this.devicePage(begun.user_code, visitor);
    return this.press(page, value, visitor);
  }
  press(page, value, visitor = this.ada) {
    const form = page.forms.find((one) => one.buttons.some((button) => button.value === value));
    assert.ok(form, page.text);
    return visitor.submit(form, { button: form.buttons.find((button) => button.value === value), headers: PAGE });
  }

  // The same site's second process, on the same database.
  async replica(t) {
    const second = await startLanyard(t, { database: 'sqlite', start: false });
    const config = JSON.parse(readFileSync(this.lanyard.configFile, 'utf8'));
    const { listen, operations_listen } = JSON.parse(readFileSync(second.configFile, 'utf8')).server;
    config.server = { ...config.server, listen, operations_listen };
    writeFileSync(second.configFile, JSON.stringify(config), { mode: 0o600 });
    atEnd(t, () => second.stop());
    await second.start();
    return second;
  }
}

// clients: more than the usual ones, or the same id with other settings.
export async function startTarget(t, { clients = [], ...options } = {}) {
  const all = new Map([...CLIENTS, ...clients].map((client) => [client.client_id, client]));
  const office = await startOffice(t, { clients: [...all.values()].map((client) => JSON.parse(JSON.stringify(client))), ...options });
  const target = new Target({ office, clients: all });
  const { token, client } = await adminTokenFile(office.lanyard, office.university, 'ada', { client: office.visitor() });
  return Object.assign(target, { adminToken: token, ada: client });
}

// What another process needs to go on with a target: secrets are in it, so it travels through a pipe.
export function handOver({ office, clients, adminToken, ada }) {
  return { url: office.issuer, clients: [...clients.values()], adminToken, cookies: ada.cookies };
}
export function takeOver({ url, clients, adminToken, cookies }) {
  const office = officeOf({ issuer: url, lanyard: { url } });
  const ada = Object.assign(office.visitor(), { cookies });
  return new Target({ office, clients: new Map(clients.map((client) => [client.client_id, client])), adminToken, ada });
}

// A form from one of the many addresses of loopback, with headers as they stand: { status, headers, text }.
export function sendFrom(localAddress, url, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body), ...headers };
    const sending = httpRequest(url, { method: 'POST', headers: all, localAddress, agent: false }, (message) => {
      let text = '';
      message.on('data', (part) => { text += part; }).on('end', () => resolve({ status: message.statusCode, headers: message.headers, text }));
    });
    sending.on('error', reject).end(body);
  });
}

// "400 invalid_grant": what a refusal says.
export function said(answer) {
  let error;
  try {
    ({ error } = answer.json);
  } catch {
    error = '(no JSON)';
  }
  return `${answer.status} ${error ?? '(no error)'}`;
}

export function assertRefused(answer, error = 'invalid_grant', about = '') {
  const statuses = error === 'invalid_client' ? [400, 401] : [400];
  assert.ok(statuses.includes(answer.status) && said(answer).endsWith(` ${error}`), `${about}: ${said(answer)} ${answer.text}`);
  assert.doesNotMatch(answer.text, /access_token|refresh_token":|id_token":/, about);
}

// A page for people, that leads nowhere.
export function assertPage(answer, status = 400, about = '') {
  assert.equal(answer.status, status, `${about}: ${answer.status} ${answer.location ?? ''} ${answer.text.slice(0, 300)}`);
  assert.equal(answer.location, undefined, about);
  assert.equal(answer.headers.refresh, undefined, about);
  assert.match(answer.headers['content-type'], /^text\/html/, about);
}
