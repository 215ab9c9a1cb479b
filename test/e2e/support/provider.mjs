// An OpenID provider outside of Lanyard: the certified npm package `oidc-provider`, with a page on which one chooses who
// one is. It can rotate its keys, go away and come back, answer wrongly where a test says so, and sign access tokens with
// any claims in its name.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import Provider, { interactionPolicy } from 'oidc-provider';

import { atEnd } from './ending.mjs';

export const PEOPLE = {
  ada: { email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace', preferred_username: 'ada', organization: 'Example University' },
  grace: { email: 'grace@example.com', email_verified: true, name: 'Grace Hopper', preferred_username: 'grace', organization: 'Example Laboratory' },
  mallory: { email: 'ada@example.org', email_verified: false, name: '<b>Mallory</b> "M" & Co', preferred_username: 'mallory', organization: 'Elsewhere' },
};

const WELL_KNOWN = '/.well-known/openid-configuration';
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

async function makeKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg, use: 'sig', kid: (await calculateJwkThumbprint(jwk)).slice(0, 12) };
}

// What the provider remembers: codes, sessions, grants.
class Memory {
  constructor(kind, entries) {
    Object.assign(this, { kind, entries });
  }
  async upsert(id, payload) {
    this.entries.set(`${this.kind} ${id}`, payload);
  }
  async find(id) {
    return this.entries.get(`${this.kind} ${id}`);
  }
  async consume(id) {
    (await this.find(id)).consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id) {
    this.entries.delete(`${this.kind} ${id}`);
  }
  async findBy(key, value) {
    return [...this.entries].find(([name, entry]) => name.startsWith(`${this.kind} `) && entry[key] === value)?.[1];
  }
  findByUid(uid) {
    return this.findBy('uid', uid);
  }
  findByUserCode(code) {
    return this.findBy('userCode', code);
  }
  async revokeByGrantId(grant) {
    for (const [name, entry] of this.entries) if (entry.grantId === grant) this.entries.delete(name);
  }
}

class TestProvider {
  constructor(options) {
    this.options = options;
    this.people = options.people ?? PEOPLE; // sub -> claims; a test may add people at any time
    this.clients = options.clients ?? [];
    this.algorithms = options.algorithms ?? ['RS256', 'ES256'];
    this.host = options.host ?? '127.0.0.1';
    this.port = 0;
    this.requests = []; // {method, path}
    this.intercepts = new Map();
    this.entries = new Map();
    this.cookieKeys = [randomBytes(16).toString('hex')];
  }

  get issuer() {
    return `${this.options.tls ? 'https' : 'http'}://${this.host}:${this.port}`;
  }
  get discoveryUrl() {
    return this.issuer + WELL_KNOWN;
  }
  get jwksUrl() {
    return `${this.issuer}/jwks`;
  }
  // How often the keys and the metadata were fetched.
  get counts() {
    const count = (path) => this.requests.filter((request) => request.path === path).length;
    return { discovery: count(WELL_KNOWN), jwks: count('/jwks'), token: count('/token'), userinfo: count('/me') };
  }

  // New signing keys. The old ones stay published unless told otherwise.
  async rotate({ keepOld = true } = {}) {
    const fresh = await Promise.all(this.algorithms.map(makeKey));
    this.keys = [...fresh, ...(keepOld ? (this.keys ?? []) : [])];
    if (this.port !== 0) this.rebuild();
    return fresh;
  }

  rebuild() {
    const policy = interactionPolicy.base();
    const { Check } = interactionPolicy;
    // Asked anew each time, so that one browser can be several people; `remember` makes it a provider with sessions.
    const ask = (context) => !this.options.remember && context.oidc.result?.login === undefined;
    policy.get('login').checks.add(new Check('each_time', 'asks each time', ask));
    const provider = new Provider(this.issuer, {
      adapter: (kind) => new Memory(kind, this.entries),
      clients: this.clients,
      jwks: { keys: this.keys },
      cookies: { keys: this.cookieKeys },
      claims: {
        openid: ['sub'],
        email: ['email', 'email_verified'],
        profile: ['name', 'preferred_username', 'organization', 'given_name', 'family_name', 'groups'],
      },
      // Small providers put the claims into the ID token; `strict` leaves them to the userinfo endpoint, as the rules say.
      conformIdTokenClaims: this.options.strict ?? false,
      features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
      findAccount: (_, sub) => this.people[sub] && { accountId: sub, claims: () => ({ sub, ...this.people[sub] }) },
      interactions: { policy, url: (_, interaction) => `/who/${interaction.uid}` },
      // Nobody is asked for consent.
      loadExistingGrant: async (context) => {
        const { client, session, params } = context.oidc;
        const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope(params.scope);
        await grant.save();
        return grant;
      },
      ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, Interaction: 3600, Grant: 3600, Session: 3600 },
      renderError: (context, out) => {
        context.type = 'text/plain';
        context.body = Object.entries(out).map(([key, value]) => `${key}: ${value}\n`).join('');
      },
      ...this.options.configuration,
    });
    this.provider = provider;
    this.callback = provider.callback();
  }

  // Answers requests for this path with `handler(request, response)` until the returned function is called.
  intercept(path, handler) {
    this.intercepts.set(path, handler);
    return () => this.intercepts.delete(path);
  }

  async handle(request, response) {
    const { pathname } = new URL(request.url, this.issuer);
    this.requests.push({ method: request.method, path: pathname });
    try {
      if (this.intercepts.has(pathname)) await this.intercepts.get(pathname)(request, response);
      else if (pathname.startsWith('/who/')) await this.who(request, response);
      else await this.callback(request, response);
    } catch (fault) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(fault.stack);
    }
  }

  // The page that asks who one is, and what it answers.
  async who(request, response) {
    const { uid, params } = await this.provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      const buttons = Object.entries(this.people).map(
        ([sub, person]) => `<p><button type="submit" name="sub" value="${escape(sub)}">${escape(person.name ?? sub)}</button></p>`,
      );
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Who are you?</title><link rel="icon" href="data:,">` +
          `<main><h1>Who are you?</h1><p>${escape(params.client_id)} wants to know.</p><form method="post" action="/who/${uid}">` +
          `${buttons.join('')}<p><button type="submit" name="cancel" value="yes">Cancel</button></p></form></main></html>`,
      );
      return;
    }
    let body = '';
    for await (const part of request) body += part;
    const sub = new URLSearchParams(body).get('sub');
    const result = sub
      ? { login: { accountId: sub, remember: Boolean(this.options.remember) }, consent: {} }
      : { error: 'access_denied', error_description: 'The person pressed Cancel.' };
    await this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  async start() {
    const { tls } = this.options;
    const handle = (request, response) => void this.handle(request, response);
    this.server = tls ? createTlsServer({ cert: tls.certificate, key: tls.key }, handle) : createServer(handle);
    await new Promise((resolve, reject) => this.server.once('error', reject).listen(this.port, this.host, resolve));
    this.port = this.server.address().port;
    this.rebuild();
  }

  // An outage: connections are refused until start().
  async stop() {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  key(alg = this.algorithms[0]) {
    return this.keys.find((key) => key.alg === alg);
  }

  // A signed token. A claim that is undefined is left out, so {exp: undefined} never expires. `key` may be any JWK:
  // somebody else's, or one that was never published.
  async mint(claims = {}, { alg = this.algorithms[0], key = this.key(alg), typ = 'at+jwt', header = {} } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.issuer, sub: 'ada', iat: now, nbf: now, exp: now + 600, jti: randomBytes(12).toString('hex'), ...claims };
    const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return new SignJWT(kept).setProtectedHeader({ alg, typ, kid: key.kid, ...header }).sign(await importJWK(key, alg));
  }

  // Signs in without a browser: `response` is the answer that redirects here, the result the redirect back to `stop`.
  async signIn(client, response, sub, stop = (url) => !url.startsWith(this.issuer)) {
    const page = await client.follow(response, (url) => stop(url) && !url.startsWith(this.issuer));
    const [form] = page.forms;
    if (!form) throw new Error(`The provider did not ask who one is:\n${page.status} ${page.text}`);
    const button = form.buttons.find((one) => (sub ? one.value === sub : one.name === 'cancel'));
    if (!button) throw new Error(`The provider does not know ${sub}.`);
    return client.follow(await client.submit(form, { button }), stop);
  }
}

// options: clients (as oidc-provider's metadata), people, algorithms, host, tls (of makeCertificates), remember, strict,
// configuration (anything of oidc-provider). A client may be added later: push to `clients`, then rebuild().
export async function startProvider(t, options = {}) {
  const provider = new TestProvider(options);
  atEnd(t, () => provider.stop()); // also when oidc-provider does not like its configuration
  await provider.rotate();
  await provider.start();
  return provider;
}
