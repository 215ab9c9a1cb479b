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

  async measure() {
    const { bench, office } = this;
    await bench.flow(office, 'code with a live session, ID token RS256', () => this.withSession('web'));
    await bench.flow(office, 'sign-in and code, with its pages, RS256', () => this.withLogin('web'));
    await bench.flow(office, 'refresh, rotated, RS256', (held) => this.refresh(held, 'web'), { states: [await this.withSession('web')] });
    await bench.flow(office, 'device cycle, with its pages, RS256', () => this.device());

    await this.withLogin('quick', this.visitor); // says yes to it once
    await bench.flow(office, 'code with a live session, ES256', () => this.withSession('quick'));
    await bench.flow(office, 'refresh, rotated, ES256', (held) => this.refresh(held, 'quick'), { states: [await this.withSession('quick')] });
    // The certified provider, as it is set up here, keeps one grant for a session, and codes at once take it from each other.
    if (office.isReference) return;
    await bench.flow(office, `code with a live session, ES256, ${AT_ONCE} at once`, () => this.withSession('quick'), { chains: AT_ONCE });
    // Each grant once, and as fast as the office answers: a program in between would be the limit.
    const forms = [];
    const until = Date.now() + bench.seconds * 2000;
    const fill = async () => {
      while (Date.now() < until) forms.push(new URLSearchParams({ grant_type: 'refresh_token', refresh_token: (await this.withSession('quick')).refresh_token }).toString());
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fill));
    bench.load(office, `refresh, rotated, ES256, ${AT_ONCE} connections`, this.at.token_endpoint, { forms, auth: basic('quick') });
  }
}

export async function measureOffice(bench, office) {
  const at = office.metadata;
  const flows = new Flows(bench, office);
  const first = await flows.withSession('web');
  bench.load(office, 'discovery', `${at.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  bench.load(office, 'key set', at.jwks_uri);
  bench.load(office, 'userinfo', at.userinfo_endpoint, { auth: `Bearer ${first.access_token}` });
  bench.load(office, 'introspection', at.introspection_endpoint, { form: `token=${first.access_token}`, auth: basic('web') });
  bench.load(office, 'client credentials', at.token_endpoint, { form: 'grant_type=client_credentials', auth: basic('robot') });
  await flows.measure();
}
