// What every office can do, one after the other, each measured: single requests by wrk, whole flows by a program.

import { createHash } from 'node:crypto';

import { officeOf } from '../test/e2e/support/office.mjs';
import { basic, call, DEVICE, expect, SCOPE, VERIFIER, WEB } from './load.mjs';

const AT_ONCE = 16;

export class Flows {
  constructor(bench, office) {
    Object.assign(this, { bench, office, at: office.metadata });
    // Visitors are of this process, so that their work is not counted with the office's.
    this.place = officeOf({ issuer: this.at.issuer }, office.isReference);
    this.visitor = this.place.visitor();
    this.visitor.cookies = office.cookies;
  }

  // What the visitor's browser would send to the office now.
  get cookie() {
    return this.visitor.cookies.filter((one) => new URL(this.at.issuer).hostname === one.host).map((one) => `${one.name}=${one.value}`).join('; ');
  }

  asks(client) {
    const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
    const asked = new URLSearchParams({ client_id: client, redirect_uri: WEB, response_type: 'code', scope: SCOPE, code_challenge: challenge, code_challenge_method: 'S256' });
    return `${this.at.authorization_endpoint}?${asked}`;
  }

  async token(form, client) {
    return JSON.parse(expect(await call(this.at.token_endpoint, { form, headers: { authorization: basic(client) } }), 200).text);
  }

  redeem(code, client) {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: WEB, code_verifier: VERIFIER }, client);
  }

  async withSession(client) {
    const answer = await call(this.asks(client), { headers: { cookie: this.cookie } });
    const arrived = new URL(answer.headers.location ?? 'x:');
    if (!arrived.searchParams.has('code')) throw new Error(`no code: ${answer.status} ${arrived} ${answer.text.slice(0, 300)}`);
    return this.redeem(arrived.searchParams.get('code'), client);
  }

  // Everything from "who are you" on, with its pages and a certified provider behind the office.
  async withLogin(client, visitor) {
    const arrived = await this.place.authorize(this.asks(client), WEB, { visitor });
    return this.redeem(arrived.searchParams.get('code'), client);
  }

  refresh(held, client) {
    return this.token({ grant_type: 'refresh_token', refresh_token: held.refresh_token }, client);
  }

  // A person's clicks are part of the cycle, so this is not many.
  async device() {
    const begin = JSON.parse(expect(await call(this.at.device_authorization_endpoint, { form: { client_id: 'device', scope: SCOPE } }), 200).text);
    await this.place.approve(begin.verification_uri_complete, { visitor: this.visitor });
    expect(await call(this.at.token_endpoint, { form: { client_id: 'device', grant_type: DEVICE, device_code: begin.device_code } }), 200);
  }

  // What is not part of any operation, and has to be there before the first one.
  async prepare() {
    this.access = (await this.withSession('web')).access_token;
    await this.withLogin('quick', this.visitor); // says yes to it once
  }

  // The operations by name; each measures itself when it is called.
  operations() {
    const { bench, office, at } = this;
    const load = (name, url, what = {}) => [name, () => bench.load(office, name, url, what)];
    const flow = (name, step, { client, ...what } = {}) =>
      [name, async () => bench.flow(office, name, step, { ...what, states: client ? [await this.withSession(client)] : [] })];
    const both = [
      load('discovery', `${at.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
      load('key set', at.jwks_uri),
      load('userinfo', at.userinfo_endpoint, { auth: `Bearer ${this.access}` }),
      load('introspection', at.introspection_endpoint, { form: `token=${this.access}`, auth: basic('web') }),
      load('client credentials', at.token_endpoint, { form: 'grant_type=client_credentials', auth: basic('robot') }),
      flow('code with a live session, ID token RS256', () => this.withSession('web')),
      flow('sign-in and code, with its pages, RS256', () => this.withLogin('web')),
      flow('refresh, rotated, RS256', (held) => this.refresh(held, 'web'), { client: 'web' }),
      flow('device cycle, with its pages, RS256', () => this.device()),
      flow('code with a live session, ES256', () => this.withSession('quick')),
      flow('refresh, rotated, ES256', (held) => this.refresh(held, 'quick'), { client: 'quick' }),
    ];
    // The certified provider, as it is set up here, keeps one grant for a session, and codes at once take it from each other.
    if (office.isReference) return both;
    const many = `refresh, rotated, ES256, ${AT_ONCE} connections`;
    return [
      ...both,
      flow(`code with a live session, ES256, ${AT_ONCE} at once`, () => this.withSession('quick'), { chains: AT_ONCE }),
      [many, async () => bench.load(office, many, at.token_endpoint, { forms: await this.refreshForms(), auth: basic('quick') })],
    ];
  }

  // Each grant is good once, and the office answers faster than a program could ask: so they are made before.
  async refreshForms() {
    const forms = [];
    const until = Date.now() + this.bench.seconds * 2000;
    const fill = async () => {
      while (Date.now() < until) forms.push(new URLSearchParams({ grant_type: 'refresh_token', refresh_token: (await this.withSession('quick')).refresh_token }).toString());
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fill));
    return forms;
  }
}

// What the desk is asked: somebody among `accounts` people. A cursor is found as a program would find it.
export async function rosterOperations(bench, office, accounts) {
  const { url, token } = office.api;
  const auth = `Bearer ${token}`;
  const { next_cursor: cursor } = JSON.parse(expect(await call(`${url}/accounts?limit=50`, { headers: { authorization: auth } }), 200).text);
  const load = (name, path, connections) => [name, () => bench.load(office, name, url + path, { auth, connections })];
  const near = String(Math.floor(accounts * 0.9)).padStart(7, '0');
  return [
    load('who is this API token', '/me', AT_ONCE),
    load('first page of 50 people', '/accounts?limit=50', 4),
    ...(cursor ? [load('second page of 50 people', `/accounts?limit=50&cursor=${cursor}`, 4)] : []),
    load('prefix search, 50 people', `/accounts?limit=50&search=p${near.slice(0, 5)}`, 4),
    load('one person by identity', `/accounts/p${near}@filled.example`, 4),
    load('journal, last 50', '/journal?before=999999999999&limit=50', 4),
  ];
}
