// The issuer that foreign clients are tried against: lanyardd, with the certified oidc-provider behind it as the place where
// people sign in. OFFICE=reference puts the certified oidc-provider in lanyardd's place: what fails there is the test's fault
// or the client's, what fails with lanyardd alone is ours.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from './ending.mjs';
import { Client } from './http.mjs';
import { startProvider } from './provider.mjs';
import { adminTokenFile, admit, PAGE, signIn, startSite } from './site.mjs';

export const IS_REFERENCE = process.env.OFFICE === 'reference';
export const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
export const ANY_AUDIENCE = 'https://wlcg.cern.ch/jwt/v1/any';

class Office {
  constructor(fields) {
    Object.assign(this, fields);
  }

  // Somebody's browser, without a browser.
  visitor() {
    return new Client({ ca: this.tls?.ca });
  }

  // The same service as another of its issuers.
  at(path) {
    return new Office({ ...this, issuer: `${this.issuer}${path}` });
  }

  async metadata() {
    return (await this.visitor().get(`${this.issuer}/.well-known/openid-configuration`)).json;
  }

  // From the answer of an endpoint to the redirect that leaves for `stop`, or to the page after which nothing is asked.
  async pass(visitor, answer, who = 'ada', stop = () => false, typed = {}) {
    for (let step = 0; step < 15; ++step) {
      answer = await visitor.follow(answer, stop);
      if (answer.location !== undefined && stop(answer.location)) return answer;
      const away = /url=(.*)$/.exec(answer.headers.refresh ?? '');
      if (away) {
        const location = new URL(away[1], answer.url).href;
        if (stop(location)) return { location, headers: answer.headers, status: answer.status };
        answer = await visitor.get(location, { headers: PAGE });
        continue;
      }
      const pressed = this.press(answer, who);
      if (!pressed) return answer;
      const fields = Object.fromEntries(Object.entries(typed).filter(([name]) => pressed.form.fields[name] === ''));
      answer = await visitor.submit(pressed.form, { ...pressed, fields: { ...pressed.fields, ...fields }, headers: PAGE });
    }
    throw new Error(`There is no end of pages, the last one is ${answer.url}:\n${answer.text}`);
  }

  // Goes to an authorization address as a browser does, and gives the address of the client at which the person arrives.
  async authorize(url, redirect, { who = 'ada', visitor = this.visitor() } = {}) {
    const stop = (next) => next.startsWith(redirect);
    const end = await this.pass(visitor, await visitor.get(String(url), { headers: PAGE }), who, stop);
    if (!end.location) throw new Error(`${end.url} asks for something that this test does not know:\n${end.status} ${end.text}`);
    return new URL(end.location);
  }

  // Opens a device's page, types the code where the address does not have it, and approves.
  async approve(url, { who = 'ada', code, visitor = this.visitor() } = {}) {
    const typed = code ? { user_code: code } : {};
    return this.pass(visitor, await visitor.get(url, { headers: PAGE }), who, undefined, typed);
  }

  // In a real browser: chooses the provider, if asked, then the person, then allows, until `stop(url)`.
  async passInBrowser(page, stop, { name = 'Ada Lovelace' } = {}) {
    const doors = page.getByRole('main').getByRole('button', { name: /Example University|^Allow|^Continue/ });
    const next = page.getByRole('button', { name, exact: true }).or(doors).first();
    for (let step = 0; step < 8 && !stop(page.url()); ++step) {
      const waits = [next.waitFor({ timeout: 15_000 }), page.waitForURL((url) => stop(String(url)), { waitUntil: 'commit', timeout: 15_000 })];
      await Promise.any(waits).catch(async () => {
        throw new Error(`${page.url()} asks for something that this test does not know:\n${await page.textContent('body')}`);
      });
      if (stop(page.url())) break;
      const before = page.url();
      await next.click();
      await page.waitForURL((url) => String(url) !== before, { waitUntil: 'load', timeout: 10_000 });
    }
  }
}

// ---- The certified oidc-provider ----

function pressAtReference({ forms, url }, who) {
  for (const form of forms) {
    const person = form.buttons.find((button) => button.name === 'sub' && button.value === who);
    if (person) return { form, button: person };
    if ('xsrf' in form.fields && !url.endsWith('/success')) {
      return { form, fields: new URL(form.action).pathname.includes('end') ? { logout: 'yes' } : {} };
    }
  }
  return undefined;
}

function referenceConfiguration(profiles, registration) {
  const forGrid = (client) => ['wlcg', 'scitokens'].includes(profiles.get(client.clientId));
  return {
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      dPoP: { enabled: true },
      registration: { enabled: registration !== undefined, initialAccessToken: registration?.token ?? false },
      registrationManagement: { enabled: registration !== undefined },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, client) => (forGrid(client) ? ANY_AUDIENCE : undefined),
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'openid offline_access storage.read:/ read:/ wlcg', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access', 'storage.read:/', 'read:/', 'wlcg'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    // Tokens of the grid are valid from a moment on, and say so.
    formats: { customizers: { jwt: (_, { clientId }, { payload }) => {
      const profile = profiles.get(clientId);
      payload.nbf = payload.iat;
      if (profile === 'wlcg') payload['wlcg.ver'] = '1.0';
      if (profile === 'scitokens') payload.ver = 'scitoken:2.0';
    } } },
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // What libraries of the last ten years send.
    clientBasedCORS: () => true,
    pkce: { required: () => true, methods: ['S256'] },
  };
}

// Where oidc-provider is stricter than what clients in the field need. It wants addresses like edu.kit.data.oidc-agent:/redirect
// of native clients only: oidc-agent calls itself "web", and "native" when it is told so in these words.
async function beLenient(reference, request, response) {
  let text = '';
  for await (const part of request) text += part;
  const body = text === '' ? undefined : JSON.parse(text);
  if (body?.application_type === 'web' && body.redirect_uris?.some((uri) => !uri.startsWith('http'))) {
    const error = { error: 'invalid redirect_uri', error_description: 'Custom redirect_uri not allowed for web client' };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error));
    return;
  }
  request.body = body;
  await reference.callback(request, response);
}

async function startReference(t, { clients, tls, registration, people, remember }) {
  const profiles = new Map(clients.map(({ client_id: id, profile }) => [id, profile]));
  const declared = clients.map(({ profile, lives, audiences, ...metadata }) => ({ response_types: metadata.redirect_uris ? ['code'] : [], redirect_uris: [], ...metadata }));
  const configuration = referenceConfiguration(profiles, registration);
  const reference = await startProvider(t, { clients: declared, tls, people, remember, configuration });
  reference.intercept('/reg', (request, response) => beLenient(reference, request, response));
  reference.provider.on('server_error', (_, fault) => console.error(fault));
  return new Office({ issuer: reference.issuer, reference, tls, press: pressAtReference, logText: '', initialToken: registration?.token });
}

// ---- lanyardd ----

// The configuration's names for RFC 7591's. An application behind the gate is { client_id, kind: 'gate', origin }.
function declaration(folder, { client_id: id, client_secret, token_endpoint_auth_method = 'client_secret_basic', application_type, grant_types, scope, jwks,
  require_pushed_authorization_requests: pushed, id_token_signed_response_alg: id_token_algorithm, response_types, ...rest }) {
  if (rest.kind === 'gate') return { id, name: id, ...rest };
  const keys = join(folder, `${id}.jwks`);
  if (jwks) writeFileSync(keys, JSON.stringify(jwks));
  const all = {
    kind: 'oauth', id, name: id, client_secret, auth_method: token_endpoint_auth_method, native: application_type === 'native' || undefined,
    grants: grant_types?.map((grant) => grant.replace(/^.*:/, '')), scopes: scope?.split(' '), jwks_file: jwks && keys, require_pushed_requests: pushed, id_token_algorithm, ...rest,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function pressAtLanyard(answer, who) {
  for (const form of answer.forms) {
    const person = form.buttons.find((button) => button.name === 'sub' && button.value === who);
    if (person) return { form, button: person };
    const { pathname } = new URL(form.action);
    if (pathname === '/login/uni') return { form };
    if (!/\/(authorize|consent|device|device\/confirm|end_session)$/.test(pathname)) continue;
    const button = form.buttons.find(({ value }) => /^(allow|approve|continue|yes|confirm)/i.test(value ?? '')) ?? form.buttons[0];
    return { form, button };
  }
  return undefined;
}

// People who are let in and are members of these groups: { ada: ['hub-users'], … }.
async function admitPeople(office, groups) {
  const { lanyard, university } = office;
  const { token, client } = await adminTokenFile(lanyard, university, 'ada', { client: office.visitor() });
  const call = async (method, path, json) => {
    const answer = await client.request(method, `${lanyard.url}/api/v1${path}`, { json, headers: { authorization: `Bearer ${token}`, cookie: '' } });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.status === 204 ? undefined : answer.json;
  };
  const ids = new Map();
  for (const path of [...new Set(Object.values(groups).flat())].sort()) ids.set(path, (await call('POST', '/groups', { path })).id);
  for (const [who, paths] of Object.entries(groups)) {
    if (who !== 'ada') await signIn(lanyard, university, who, { client: office.visitor() });
    const { items } = await call('GET', '/accounts');
    const account = items.find(({ email }) => email === university.people[who].email);
    if (who !== 'ada') await call('POST', `/accounts/${account.id}/approve`, {});
    for (const path of paths) await call('PUT', `/groups/${ids.get(path)}/members/account/${account.id}`, { level: 'can_read' });
  }
}

async function startLanyardOffice(t, { clients, tls, registration, people, groups, database, config: given = {} }) {
  const folder = temporaryFolder(t, 'clients');
  const university = await startProvider(t, { host: '127.0.0.2', people });
  const config = typeof given === 'function' ? given(university) : given;
  const { lanyard } = await startSite(t, {
    provider: university,
    database,
    config: ({ host, port }) => ({
      ...config,
      ...(registration ? { tokens: { ...config.tokens, open_registration: registration.token === undefined } } : {}),
      server: { ...config.server, ...(tls ? { public_url: `https://${host}:${port}`, tls_certificate: tls.certificateFile, tls_key: tls.keyFile } : {}) },
      clients: clients.map((client) => declaration(folder, client)),
    }),
  });
  if (tls) {
    lanyard.url = `https://${lanyard.host}:${lanyard.port}`;
    admit(university, lanyard);
  }
  const office = new Office({ issuer: lanyard.url, lanyard, university, tls, press: pressAtLanyard });
  Object.defineProperty(office, 'logText', { get: () => lanyard.logText });
  if (groups) await admitPeople(office, groups);
  return office;
}

// A service that runs already, perhaps started by another process: lanyardd, or the certified oidc-provider.
export const officeOf = (fields, isReference = false) => new Office({ ...fields, press: isReference ? pressAtReference : pressAtLanyard });

// clients: RFC 7591 metadata with client_id and client_secret, and `profile` ("wlcg", "scitokens") of their access tokens.
// registration: {} for everybody's, { token } with an initial access token. tls: of makeCertificates().
export function startOffice(t, { clients = [], ...options } = {}) {
  return (IS_REFERENCE ? startReference : startLanyardOffice)(t, { clients, ...options });
}

// Fails when the discovery document does not have what a test is about: an absence is a fault, never a reason to skip.
export async function needsOf(office, ...members) {
  const answer = await office.visitor().get(`${office.issuer}/.well-known/openid-configuration`);
  if (answer.status !== 200) throw new Error(`${answer.status} where the discovery document belongs:\n${answer.text}`);
  const absent = members.filter((member) => answer.json[member] === undefined);
  if (absent.length > 0) throw new Error(`The discovery document does not have ${absent.join(', ')}.`);
}

export const newSecret = () => randomBytes(24).toString('base64url');
