// Who may come in at all, and how people are found again (GL5, GL9, GL14, AR2), the client's token (TK1), the first administrator.

import { strict as assert } from 'node:assert';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from './support/http.mjs';
import { run } from './support/lanyard.mjs';
import { startProvider } from './support/provider.mjs';
import { adminTokenFile, admit, ask, PAGE, signIn, startSite } from './support/site.mjs';

const SECRET = 'a secret of two programs';
const person = (sub, more = {}) => ({ email: `${sub}@uni.example`, email_verified: true, name: sub, preferred_username: sub, ...more });
const provider = (issuer, admission, more = {}) => ({
  id: 'uni', label: 'Example University', issuer, client_id: 'lanyard', client_secret: SECRET, allow_loopback: true, admission, ...more,
});

test('row_GL5: deny beats allow, and a change counts at the next request of people who are in', async (t) => {
  const upstream = await startProvider(t);
  const { lanyard } = await startSite(t, {
    provider: upstream,
    config: { providers: [provider(upstream.issuer, { allowed_users: ['ada', 'grace'], blocked_users: ['MALLORY'], new_accounts: 'active' })] },
  });
  upstream.people.linus = person('linus');
  const { page: refused } = await signIn(lanyard, upstream, 'mallory');
  assert.equal(refused.status, 403, refused.text);
  const { page: unlisted } = await signIn(lanyard, upstream, 'linus');
  assert.equal(unlisted.status, 403);
  const { client: grace, page } = await signIn(lanyard, upstream, 'grace');
  assert.match(page.url, /\/account$/);

  const config = JSON.parse(readFileSync(lanyard.configFile, 'utf8'));
  config.providers[0].admission.blocked_users.push('grace');
  writeFileSync(lanyard.configFile, JSON.stringify(config), { mode: 0o600 });
  lanyard.program.child.kill('SIGHUP');
  await lanyard.untilLogged('config.reloaded');
  const out = await grace.get(`${lanyard.url}/account`, { headers: PAGE });
  assert.notEqual(out.status, 200, 'the session is still there, but she may not use it');
});

test('row_GL9: only the institution\'s people, whatever else allows them', async (t) => {
  const upstream = await startProvider(t);
  upstream.people = {
    mia: person('mia', { preferred_username: 'mia@uni.example' }),
    eve: person('eve', { preferred_username: 'eve@other.example' }),
    ann: person('ann', { preferred_username: 'ann@b@uni.example' }),
  };
  const { lanyard } = await startSite(t, {
    provider: upstream,
    config: { providers: [provider(upstream.issuer, { identity_provider: ['uni.example'], allowed_users: ['mia', 'eve', 'eve@other.example'], admin_users: ['eve'], new_accounts: 'active' })] },
  });
  assert.match((await signIn(lanyard, upstream, 'mia')).page.url, /\/account$/);
  assert.equal((await signIn(lanyard, upstream, 'eve')).page.status, 403);
  assert.equal((await signIn(lanyard, upstream, 'ann')).page.status, 403, 'attack 101');
});

test('row_GL14: names are mapped once, and the pattern matches the whole name', async (t) => {
  const upstream = await startProvider(t);
  upstream.people = { a: person('a', { preferred_username: 'Alice' }), b: person('b', { preferred_username: 'bob' }), c: person('c', { preferred_username: 'bobby' }) };
  const { lanyard } = await startSite(t, {
    provider: upstream,
    config: { providers: [provider(upstream.issuer, { username_map: { alice: 'bob', bob: 'carol' }, username_pattern: 'bob|carol', new_accounts: 'active' })] },
  });
  const names = {};
  for (const who of ['a', 'b']) {
    const { client, page } = await signIn(lanyard, upstream, who);
    assert.match(page.url, /\/account$/, page.text);
    names[who] = (await client.get(`${lanyard.url}/account/data`, { headers: PAGE })).text;
  }
  assert.match(names.a, /"bob"/);
  assert.match(names.b, /"carol"/);
  assert.equal((await signIn(lanyard, upstream, 'c')).page.status, 403, 'attack 104');
});

test('row_AR2: the identifier first, then an address that was prepared, otherwise somebody new', async (t) => {
  const upstream = await startProvider(t);
  const other = await startProvider(t);
  upstream.people.linus = person('linus');
  upstream.people.tove = person('tove', { email_verified: false });
  const { lanyard } = await startSite(t, {
    provider: upstream,
    config: {
      providers: [provider(upstream.issuer, { trusted_for_addresses: true }), provider(other.issuer, {}, { id: 'other', label: 'Another' })],
    },
  });
  admit(other, lanyard, 'other');
  const { token } = await adminTokenFile(lanyard, upstream);
  const api = async (method, path, json) => new Client().request(method, `${lanyard.url}/api/v1${path}`, { json, headers: { authorization: `Bearer ${token}` } });
  for (const email of ['linus@uni.example', 'tove@uni.example']) assert.equal((await api('POST', '/accounts', { email, name: email })).status, 201);

  // Another source asserts the address first: it is not trusted for addresses.
  other.people = { thief: person('thief', { email: 'linus@uni.example' }) };
  assert.match((await signIn(lanyard, other, 'thief', { id: 'other' })).page.url, /\/(pending|login\/link)/);
  const linus = await signIn(lanyard, upstream, 'linus');
  assert.match(linus.page.url, /\/account$/, 'prepared, verified, trusted');
  const data = async (client) => (await client.get(`${lanyard.url}/account/data`, { headers: PAGE })).json.account.id;
  const before = await data(linus.client);
  assert.match((await signIn(lanyard, upstream, 'tove')).page.url, /\/pending/, 'not verified');
  // The address changed upstream; the identifier still leads to the same account.
  upstream.people.linus.email = 'torvalds@uni.example';
  const { client } = await signIn(lanyard, upstream, 'linus');
  assert.equal(await data(client), before);
});

test('row_TK1: the client finds its token in the order of the WLCG rules', async (t) => {
  const { lanyard, provider: upstream } = await startSite(t);
  const { file, token } = await adminTokenFile(lanyard, upstream);
  const runtime = join(lanyard.folder, 'runtime');
  mkdirSync(runtime, { mode: 0o700 });
  const list = (env, ...more) => run('lanyard', ['user', 'list', ...more], {
    env: { HOME: lanyard.folder, XDG_CONFIG_HOME: join(lanyard.folder, 'none'), XDG_RUNTIME_DIR: runtime, LANYARD_SERVER: lanyard.url, ...env },
  });
  assert.equal((await list({ BEARER_TOKEN: ` ${token}\n` })).code, 0);
  assert.equal((await list({ BEARER_TOKEN: 'wrong', BEARER_TOKEN_FILE: file })).code, 4, 'only the first that is found is tried');
  assert.equal((await list({ BEARER_TOKEN_FILE: file })).code, 0);
  assert.equal((await list({})).code, 4);
  writeFileSync(join(runtime, `bt_u${process.getuid()}`), `${token}\n`, { mode: 0o600 });
  assert.equal((await list({})).code, 0);
  assert.equal((await list({ BEARER_TOKEN: 'two words' })).code, 2, 'found but no token');

  const home = join(lanyard.folder, 'home');
  mkdirSync(join(home, 'lanyard'), { recursive: true });
  const configured = join(home, 'lanyard', 'config.yaml');
  writeFileSync(configured, `server: ${lanyard.url}\ntoken_file: ${file}\n`);
  const withFile = await run('lanyard', ['user', 'list'], { env: { HOME: home, XDG_CONFIG_HOME: home } });
  assert.equal(withFile.code, 0, withFile.stderr);
  writeFileSync(configured, `server: ${lanyard.url}\ntoken: ${token}\n`);
  const refused = await run('lanyard', ['user', 'list'], { env: { HOME: home, XDG_CONFIG_HOME: home } });
  assert.equal(refused.code, 2);
  assert.ok(!refused.stderr.includes(token));
  chmodSync(file, 0o600);
});

test('attack_116: the bootstrap link makes one administrator, once', async (t) => {
  const { lanyard, provider: upstream } = await startSite(t, { config: { auth: { admin_email: 'nobody@example.org' } } });
  const made = await lanyard.run('admin', 'bootstrap');
  assert.equal(made.code, 0, made.stderr);
  const second = await lanyard.run('admin', 'bootstrap');
  const open = async (url, who) => {
    const client = new Client();
    const page = await client.get(url.trim(), { headers: PAGE });
    const form = page.forms.find((one) => new URL(one.action).pathname === '/login/uni');
    if (!form) return { client, page };
    const leaving = await client.submit(form, { headers: PAGE });
    const away = await client.get(/url=(.*)$/.exec(leaving.headers.refresh)[1]);
    const back = await upstream.signIn(client, away, who, (there) => there.startsWith(lanyard.url));
    return { client, page: await client.follow(await client.get(back.location, { headers: PAGE })) };
  };
  const first = await open(made.stdout, 'grace');
  assert.equal((await first.client.get(`${lanyard.url}/admin/queue`, { headers: PAGE })).status, 200, first.page.text);
  const late = await open(second.stdout, 'mallory');
  assert.notEqual((await late.client.get(`${lanyard.url}/admin/queue`, { headers: PAGE })).status, 200);
  assert.equal((await lanyard.run('admin', 'bootstrap')).code, 6, 'closed for ever');
  const link = new URL(made.stdout.trim());
  assert.ok(!lanyard.logText.includes(link.searchParams.get('token')), 'attack 148');
});

test('attack_034: revoked API tokens and ended sessions are out with the next request', async (t) => {
  const { lanyard, provider: upstream } = await startSite(t);
  const { token, client } = await adminTokenFile(lanyard, upstream);
  assert.equal((await ask(lanyard, { token })).status, 200);
  const list = await client.get(`${lanyard.url}/account/tokens`, { headers: PAGE });
  const page = await client.get(new URL(/href="(\/account\/tokens\/[0-9a-z]{15})"/.exec(list.text)[1], lanyard.url).href, { headers: PAGE });
  const answer = await client.submit(page.forms.find((one) => one.action.endsWith('/revoke')), { headers: PAGE });
  assert.equal(answer.status, 303, answer.text);
  assert.equal((await ask(lanyard, { token })).status, 401);
});
