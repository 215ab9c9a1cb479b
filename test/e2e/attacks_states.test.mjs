// One account in each of its states at every way in. What a way needs is got while the account is active; then the state
// changes, and only what may go through does. The outcome is docs/reference/states-and-ways-in.md:
//   WRITE=1 node --test test/e2e/attacks_states.test.mjs     writes it again

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ACCESS, DATA, EXCHANGE, SCOPE, startTarget, WEB } from './support/attacks.mjs';
import { Client } from './support/http.mjs';
import { DEVICE, newSecret } from './support/office.mjs';
import { ask, PAGE, signIn } from './support/site.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PAGE_OF_TABLE = join(ROOT, 'docs', 'reference', 'states-and-ways-in.md');
const WHO = 'grace';
const APPLICATION = 'http://127.0.0.1:9';
const HERE = 'https://here.example.org';

const target = await startTarget({ after }, {
  config: (university) => ({ issuers: [{ id: 'grid', issuer: university.issuer, audiences: [HERE], allow_loopback: true, username_claim: 'preferred_username' }] }),
  clients: [
    { client_id: 'wiki', kind: 'gate', origin: APPLICATION },
    { client_id: 'service', grant_types: ['token_exchange'], scope: 'openid email', client_secret: newSecret(), exchanges_for: ['web', 'service'], audiences: [DATA] },
    { client_id: 'panda', application_type: 'native', token_endpoint_auth_method: 'none', grant_types: [DEVICE, 'refresh_token'], scope: SCOPE, profile: 'iam', virtual_organisation: 'Rubin' },
  ],
});
const { issuer, lanyard } = target;
const { university } = target.office;

// ---- What an active account holds ----

const bearer = (token) => ({ authorization: `Bearer ${token}` });
const withToken = (path, token) => new Client().get(`${issuer}${path}`, { headers: bearer(token) });

// The session of the application, as the proxy in front of it would lead the browser there.
async function enterApplication(visitor) {
  const application = new Client();
  let next = `${APPLICATION}/.lanyard/login?to=/`;
  for (let step = 0; step < 8; ++step) {
    const url = new URL(next);
    const answer = url.origin === APPLICATION
      ? await application.get(`${issuer}${url.pathname.replace('/.lanyard/', '/gate/app/wiki/')}${url.search}`, { headers: { ...PAGE, 'x-original-uri': '/' } })
      : await visitor.get(next, { headers: PAGE });
    if (answer.location === undefined) throw new Error(`${next}: ${answer.status} ${answer.text}`);
    next = new URL(answer.headers.location, url).href;
    if (next === `${APPLICATION}/`) return application;
  }
  throw new Error(`no end of ${next}`);
}

async function makeApiToken(visitor) {
  const page = await visitor.get(`${issuer}/account/tokens`, { headers: PAGE });
  const form = page.forms.find((one) => 'label' in one.fields);
  const made = await visitor.submit(form, { fields: { label: 'of the matrix', admin: '1', days: '1' }, headers: PAGE });
  return /lyt_[A-Za-z0-9_-]{49}/.exec(made.text)?.[0] ?? assert.fail(made.text);
}

async function holdings(visitor) {
  const options = { visitor, who: WHO };
  const begun = await target.device();
  const shown = await target.device();
  await target.decide(begun, 'allow', visitor);
  const byDevice = async (client, scope) => {
    const asked = await target.device(client, scope);
    await target.decide(asked, 'allow', visitor);
    const answer = await target.poll(asked, client);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  const consent = await target.get(target.ask('asks', { prompt: 'consent' }).url, visitor);
  return {
    visitor, begun, shown,
    panda: await byDevice('panda', SCOPE),
    application: await enterApplication(visitor),
    apiToken: await makeApiToken(visitor),
    tokens: await target.tokens('web', { scope: SCOPE }, options),
    spare: await target.tokens('web', { scope: SCOPE }, options),
    own: await byDevice('lanyard-cli', 'openid account admin'),
    code: await target.code('web', { scope: SCOPE }, options),
    consent: consent.forms.find(({ action }) => new URL(action).pathname === '/consent') ?? assert.fail(consent.text),
    confirm: (await target.devicePage(shown.user_code, visitor)).forms.find(({ action }) => action.endsWith('/device/confirm')),
    foreign: await university.mint({ sub: WHO, aud: HERE, scope: 'servicex' }),
  };
}

// ---- The ways. `routes` are those of the route tables that the way goes through; `opens` says whether it let somebody in. ----

const ok = ({ status }) => status === 200;
// Several doors that must agree.
async function together(...asks) {
  const all = (await Promise.all(asks)).map(ok);
  assert.equal(new Set(all).size, 1, `one says ${all.join(', another ')}`);
  return all[0];
}
const hasCode = (answer) => Boolean(answer.location && new URL(answer.location).searchParams.get('code'));
const press = (form, value) => ({ button: form.buttons.find((one) => one.value === value), headers: PAGE });
const page = (path) => ({ routes: [`GET ${path}`], opens: async ({ visitor }) => ok(await visitor.get(`${issuer}${path}`, { headers: PAGE })) });

const WAYS = {
  'a token of another issuer, at the gate': { routes: ['/gate/check/{client}', '/gate/envoy/{client}/{rest...}'], opens: ({ foreign }) => together(ask(lanyard, { token: foreign }), withToken('/gate/envoy/wiki/', foreign)) },
  'a token of another issuer, at the API': { routes: ['GET /me'], opens: async ({ foreign }) => (await withToken('/api/v1/me', foreign)).json.account?.state === 'active' },
  'an API token, at the gate': { routes: ['/gate/check/{client}'], opens: async ({ apiToken }) => ok(await ask(lanyard, { token: apiToken })) },
  'an API token, at the API': { routes: ['GET /accounts'], opens: async ({ apiToken }) => ok(await withToken('/api/v1/accounts', apiToken)) },
  'an API token that makes another': { routes: ['GET /me/tokens', 'POST /me/tokens'], opens: async ({ apiToken }) => (await new Client().post(`${issuer}/api/v1/me/tokens`, { json: { label: 'another', scopes: ['account'], life_seconds: 3600 }, headers: bearer(apiToken) })).status === 201 },
  'an access token of ours, at the gate': { routes: ['/gate/check/{client}'], opens: async ({ own }) => ok(await ask(lanyard, { token: own.access_token })) },
  'an access token of ours, at the API': { routes: ['GET /accounts'], opens: async ({ own }) => ok(await withToken('/api/v1/accounts', own.access_token)) },
  'an access token of ours, at userinfo': { routes: ['GET /userinfo', 'POST /userinfo'], opens: ({ tokens }) => together(withToken('/userinfo', tokens.access_token), new Client().post(`${issuer}/userinfo`, { form: { access_token: tokens.access_token } })) },
  'an access token of ours, introspected': { routes: ['POST /introspect'], opens: ({ tokens }) => target.isActive(tokens.access_token) },
  'a refresh token, introspected': { routes: ['POST /introspect'], opens: ({ tokens }) => target.isActive(tokens.refresh_token) },
  'a token of PanDA, verified': { routes: ['GET /panda/verify', 'POST /panda/verify'], opens: ({ panda }) => together(...['GET', 'POST'].map((method) => new Client().request(method, `${issuer}/panda/verify`, { headers: { ...bearer(panda.id_token), origin: 'Rubin' } }))) },
  'a refresh token': { routes: ['POST /token'], grant: 'refresh_token', opens: async ({ spare }) => ok(await target.refresh('web', spare.refresh_token)) },
  'an authorization code': { routes: ['POST /token'], grant: 'authorization_code', opens: async ({ code }) => ok(await target.redeem(code)) },
  'a device code': { routes: ['POST /token'], grant: DEVICE, opens: async ({ begun }) => ok(await target.poll(begun)) },
  'a token exchange': { routes: ['POST /token'], grant: EXCHANGE, opens: async ({ tokens }) => ok(await target.token('service', { grant_type: EXCHANGE, subject_token: tokens.access_token, subject_token_type: ACCESS })) },
  'the session of an application, at the gate': { routes: ['/gate/check/{client}'], opens: async ({ application }) => ok(await ask(lanyard, { client: application })) },
  'a new session at an application': { routes: ['GET /gate/app/{client}/login', 'GET /gate/start/{client}', 'GET /gate/app/{client}/callback'], opens: async ({ visitor }) => enterApplication(visitor).then(async (application) => ok(await ask(lanyard, { client: application })), () => false) },
  'an authorization request': { routes: ['GET /authorize', 'GET /authorize/continue'], opens: async ({ visitor }) => hasCode(await target.get(target.ask('web').url, visitor)) },
  'an authorization request by a form': { routes: ['POST /authorize'], opens: async ({ visitor }) => {
    const { url } = target.ask('web');
    const { origin, pathname, searchParams } = new URL(url);
    const answer = await visitor.post(`${origin}${pathname}`, { form: [...searchParams], headers: PAGE });
    return hasCode(await visitor.follow(answer, (next) => next.startsWith(WEB)));
  } },
  'a pushed authorization request': { routes: ['POST /par', 'GET /authorize'], opens: async ({ visitor }) => {
    const pushed = await target.send('/par', 'web', Object.fromEntries(new URL(target.ask('web').url).searchParams));
    return hasCode(await target.get(`${issuer}/authorize?${new URLSearchParams({ client_id: 'web', request_uri: pushed.json.request_uri })}`, visitor));
  } },
  'a consent that is given': { routes: ['POST /consent'], opens: async ({ visitor, consent }) => /[?&]code=/.test((await visitor.submit(consent, press(consent, 'allow'))).headers.refresh ?? '') },
  'a device that is allowed': { routes: ['POST /devicecode', 'GET /device', 'POST /device', 'POST /device/confirm'], opens: async ({ visitor, shown, confirm }) => {
    await visitor.submit(confirm, press(confirm, 'allow'));
    return ok(await target.poll(shown));
  } },
  'making an API token': { routes: ['POST /account/tokens'], opens: ({ visitor }) => makeApiToken(visitor).then(() => true, () => false) },
  'the pages of administration': { routes: ['GET /admin/accounts'], opens: async ({ visitor }) => ok(await visitor.get(`${issuer}/admin/accounts`, { headers: PAGE })) },
  'the pages of the account': page('/account'),
  'the page that says how one stands': { routes: ['GET /pending'], leadsOn: true, seenBy: ['pending', 'rejected', 'suspended', 'closed'], opens: async ({ visitor }) => ok(await visitor.get(`${issuer}/pending`, { headers: PAGE })) },
  'their own profile': { ...page('/account/profile'), routes: ['GET /account/profile', 'POST /account/profile'], seenBy: ['pending', 'rejected'] },
  'a new sign-in at the provider': { routes: ['POST /login/{provider}', 'GET /login/callback/{provider}'], opens: async () => {
    const { client } = await signIn(lanyard, university, WHO, { client: target.office.visitor() });
    return ok(await client.get(`${issuer}/account`, { headers: PAGE }));
  } },
};

// Routes at which nobody gets in as a person, and why.
const NO_WAYS = {
  'POST /revoke': 'ends', 'POST /end_session': 'ends', 'GET /end_session': 'ends', 'POST /logout': 'ends', 'GET /logout': 'ends', 'GET /gate/app/{client}/logout': 'ends', 'POST /gate/app/{client}/logout': 'ends', 'POST /login/backchannel/{provider}': 'ends',
  'POST /register': 'about clients', 'GET /register/{id}': 'about clients', 'PUT /register/{id}': 'about clients', 'DELETE /register/{id}': 'about clients',
  'GET /jwks': 'public', 'GET /.well-known/openid-configuration': 'public', 'GET /.well-known/oauth-authorization-server': 'public', 'GET /.well-known/oauth-protected-resource': 'public', 'GET /gate/keys': 'public', 'GET /gate/app/{client}/assets/{name}': 'public', 'GET /auth/{file}': 'public',
  'GET /login': 'before a login', 'GET /login/problem/{kind}': 'before a login', 'GET /login/link': 'before a login', 'GET /bootstrap': 'before a login', 'GET /openapi.yaml': 'public', 'DELETE /me/tokens/{id}': 'ends', 'POST /pending': 'a note about oneself', 'GET /': 'leads on',
};
const NO_GRANTS = { client_credentials: 'a client by itself, no person' };

// ---- The states ----

const change = async (id, what) => target.admin('POST', `/accounts/${id}/${what}`, what === 'approve' ? {} : { reason: 'the matrix' });
const STATES = {
  active: [], suspended: ['suspend'], pending: ['reset'], rejected: ['reset', 'reject'], approved: ['suspend', 'restore'], closed: ['close'],
};

async function beActive(id) {
  const { state } = await target.admin('GET', `/accounts/${id}`);
  const way = { pending: ['activate'], rejected: ['approve', 'activate'], suspended: ['restore', 'activate'], approved: ['activate'], active: [] }[state];
  for (const event of way) await change(id, event);
  const { is_admin, version } = await target.admin('GET', `/accounts/${id}`);
  if (!is_admin) await target.admin('PATCH', `/accounts/${id}`, { is_admin: true }, { 'if-match': `"${version}"` });
  const { client } = await signIn(lanyard, university, WHO, { client: target.office.visitor() });
  return client;
}

// Of the doors where somebody comes in. Of the account pages and the API those that are not for members or administrators
// only; all of them, each with what it needs, are tried beside their tables: EveryRoute and Matrix in src/doors.
function sourceRoutes() {
  const found = new Set();
  const read = (file) => readFileSync(join(ROOT, 'src', 'doors', file), 'utf8');
  const method = { get: 'GET', post: 'POST', put: 'PUT', del: 'DELETE', patch: 'PATCH' };
  for (const file of ['oauth/oauth.cc', 'signin/signin.cc', 'gate/gate.cc', 'panda/panda.cc'])
    for (const [, verb, path] of read(file).matchAll(/\((?:net::)?Method::(\w+), "([^"]+)"/g)) found.add(`${method[verb]} ${path}`);
  for (const [, path] of read('oauth/oauth.cc').matchAll(/for_clients\("([^"]+)"/g)) found.add(`POST ${path}`);
  for (const [path] of read('oauth/oauth.cc').matchAll(/\/\.well-known\/[\w-]+/g)) found.add(`GET ${path}`);
  for (const [, path] of read('gate/gate.cc').matchAll(/add_question\(router, desk_, "([^"]+)"/g)) found.add(path);
  if (read('oauth/oauth.cc').includes('"/userinfo"')) found.add('GET /userinfo');
  for (const [, verb, path] of read('api/routes.cc').matchAll(/own\((\w+), "([^"]+)"/g)) found.add(`${method[verb]} ${path}`);
  for (const [, path] of read('api/routes.cc').matchAll(/open\("([^"]+)"/g)) found.add(`GET ${path}`);
  for (const [, verb, path] of read('account/account.cc').matchAll(/\{k(Get|Post), "([^"]+)", Needs::(?:person|resident),/g)) found.add(`${verb.toUpperCase()} ${path}`);
  return found;
}

function table(outcome) {
  const names = Object.keys(STATES);
  const rows = Object.entries(outcome).map(([name, row]) => `| ${name} | ${names.map((state) => row[state]).join(' | ')} |`);
  return `# States and ways in

What each way in does with an account in each of its states. What the way needs, such as a token or a code, was got while the
account was active; then the state was changed, and everything was tried. This page is written by a test against a running server,
\`test/e2e/attacks_states.test.mjs\`, which also fails when a route or a grant is added that is none of these ways.

Only an active account goes through. An approved one becomes active by the first step of its person, whatever that is. The others
see how they stand, and nothing else; who waits or was rejected can also correct their own profile. The journal keeps each change.

| way in | ${names.join(' | ')} |
|---|${'---|'.repeat(names.length)}
${rows.join('\n')}
`;
}

test('attack_107 attack_108: only an active account goes through, whatever way it comes', async (t) => {
  // Every route and every grant is one of these ways, or says why it is none.
  const known = new Set([...Object.values(WAYS).flatMap(({ routes }) => routes), ...Object.keys(NO_WAYS)]);
  const routes = sourceRoutes();
  assert.ok(routes.size > 45, `${routes.size} routes were found`);
  assert.deepEqual([...routes].filter((route) => !known.has(route)), [], 'a route without a row');
  const grants = (await target.office.metadata()).grant_types_supported;
  assert.deepEqual(grants.filter((grant) => !(grant in NO_GRANTS) && !Object.values(WAYS).some((way) => way.grant === grant)), [], 'a grant without a row');

  const group = await target.admin('POST', '/groups', { path: 'Rubin' });
  await target.admit(WHO, [group.id]);
  const { id } = await target.account(university.people[WHO].email);
  const outcome = Object.fromEntries(Object.keys(WAYS).map((name) => [name, {}]));
  for (const [state, events] of Object.entries(STATES)) {
    const held = await holdings(await beActive(id));
    for (const event of events) await change(id, event);
    assert.equal((await target.admin('GET', `/accounts/${id}`)).state, state);
    for (const [name, way] of Object.entries(WAYS)) {
      const opened = await way.opens(held);
      const now = (await target.admin('GET', `/accounts/${id}`)).state;
      outcome[name][state] = !opened ? 'no' : now === state ? 'yes' : `yes, ${now} by it`;
      // An approved account becomes active with the first step of its person; the next way is tried in the same state.
      if (now !== state && state === 'approved') for (const event of events) await change(id, event);
    }
  }
  for (const [name, row] of Object.entries(outcome)) {
    const { seenBy = [], leadsOn = false } = WAYS[name];
    const goesOn = leadsOn ? { active: 'no', approved: 'no' } : { active: 'yes', approved: 'yes, active by it' };
    for (const [state, said] of Object.entries(row)) assert.equal(said, goesOn[state] ?? (seenBy.includes(state) ? 'yes' : 'no'), `${name}, ${state}`);
  }
  const text = table(outcome);
  if (process.env.WRITE) writeFileSync(PAGE_OF_TABLE, text);
  assert.equal(readFileSync(PAGE_OF_TABLE, 'utf8'), text, 'docs/reference/states-and-ways-in.md is not what was found; WRITE=1 writes it again');
});
