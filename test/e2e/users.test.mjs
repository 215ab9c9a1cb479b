// People who are known beforehand, and the switch of authentication (SX1, SX2, SX3, SX5, SX6).

import { strict as assert } from 'node:assert';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Client } from './support/http.mjs';
import { adminTokenFile, ask, lanyardClient, PAGE, signIn, startSite } from './support/site.mjs';

for (const database of ['sqlite', 'postgresql']) {
  test(`row_SX3: user create while the server runs, let in at the first login (${database})`, async (t) => {
    const { lanyard, provider } = await startSite(t, { database });
    const created = await lanyard.run('user', 'create', 'grace', 'grace@example.com', 'Grace Hopper', 'Example Laboratory');
    assert.equal(created.code, 0, created.stderr);
    assert.match(created.stdout, /^[0-9a-z]{15}\n$/);
    const twice = await lanyard.run('user', 'create', 'grace', 'grace@example.com', 'Grace Hopper', 'Example Laboratory');
    assert.equal(twice.code, 6, twice.stderr);
    const { page } = await signIn(lanyard, provider, 'grace');
    assert.match(page.url, /\/account$/, page.text);
  });
}

test('row_SX6: unknown people wait and can do nothing else; row_SX2: the bootstrap address needs to be verified', async (t) => {
  const { lanyard, provider } = await startSite(t);
  // Mallory claims the administrator's address; the provider does not vouch for it.
  const mallory = await signIn(lanyard, provider, 'mallory');
  assert.match(mallory.page.url, /\/pending$/);
  for (const path of ['/account/tokens', '/account/sessions', '/admin/queue', '/admin/accounts']) {
    const answer = await mallory.client.get(lanyard.url + path, { headers: PAGE });
    assert.ok(answer.status === 403 || (answer.status === 303 && answer.location === `${lanyard.url}/pending`), `${path}: ${answer.status}`);
  }
  const ada = await signIn(lanyard, provider, 'ada');
  assert.match(ada.page.url, /\/account$/);
  const queue = await ada.client.get(`${lanyard.url}/admin/queue`, { headers: PAGE });
  assert.equal(queue.status, 200);
  assert.ok(!queue.text.includes('<b>Mallory</b>'), 'attack 138: a name is text');
  assert.ok(queue.text.includes('&lt;b&gt;Mallory&lt;/b&gt;'));
});

test('row_SX5 attack_119: default users from a file: single object, list, twice, changed, broken, unreadable', async (t) => {
  const { lanyard, provider } = await startSite(t, { config: ({ folder }) => ({ auth: { default_users_file: join(folder, 'users.json') } }), start: false });
  const file = join(lanyard.folder, 'users.json');
  const write = (content) => writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  const grace = { email: 'grace@example.com', institution: 'Example Laboratory', name: 'Grace Hopper', sub: 'grace', refresh_token: 'a-refresh-token-of-grace-hopper' };
  t.after(() => lanyard.stop());
  const loaded = () => lanyard.events('users_file.loaded').at(-1);

  write(grace);
  await lanyard.start();
  assert.deepEqual([loaded().created, loaded().updated, loaded().unchanged], [1, 0, 0]);
  assert.ok(!lanyard.logText.includes(grace.refresh_token), 'attack 148');
  await lanyard.restart();
  assert.deepEqual([loaded().created, loaded().updated, loaded().unchanged], [0, 0, 1]);
  write([{ ...grace, institution: 'Another Laboratory' }, { email: 'ada@example.org', institution: 'U', name: 'Ada', sub: 'ada' }]);
  await lanyard.restart();
  assert.deepEqual([loaded().created, loaded().updated, loaded().unchanged], [1, 1, 0]);
  const { page } = await signIn(lanyard, provider, 'grace');
  assert.match(page.url, /\/account$/);
  await lanyard.stop();

  const refused = async (content, ...words) => {
    write(content);
    const answer = await lanyard.run('serve');
    assert.notEqual(answer.code, 0);
    for (const word of words) assert.ok(answer.stderr.includes(word), `${word} in ${answer.stderr}`);
  };
  await refused([grace, { ...grace, sub: 'x', email: 'not an address' }], 'users.json', '2', 'email');
  await refused([grace, grace], 'users.json', '2', 'sub');
  await refused([{ ...grace, colour: 'red' }], 'users.json', '1', 'colour');
  await refused('{"email": ', 'users.json');
  write(grace);
  chmodSync(file, 0o644);
  const readable = await lanyard.run('config', 'check');
  assert.notEqual(readable.code, 0, 'it holds refresh tokens, so others must not read it');
});

test('row_SX1: authentication is one switch, and off is loud', async (t) => {
  const { lanyard } = await startSite(t, { config: { auth: { enabled: false } } });
  assert.equal(lanyard.events('authentication.off').length, 1);
  assert.match(lanyard.logText, /anonymous operator/);
  const nobody = new Client();
  const page = await nobody.follow(await nobody.get(`${lanyard.url}/`, { headers: PAGE }));
  assert.match(page.text, /anonymous operator/);
  const answer = await ask(lanyard);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['remote-name'], 'anonymous operator');
  const api = await nobody.get(`${lanyard.url}/api/v1/accounts`);
  assert.equal(api.status, 200, api.text);
});

test('row_SX1: on, nothing but public pages is served without a login or a token', async (t) => {
  const { lanyard } = await startSite(t);
  const nobody = new Client();
  for (const path of ['/', '/account', '/account/profile', '/account/tokens', '/pending', '/admin/queue', '/admin/accounts']) {
    const answer = await nobody.get(lanyard.url + path, { headers: PAGE });
    assert.equal(answer.status, 303, path);
    assert.equal(new URL(answer.location).pathname, '/login', path);
  }
  for (const path of ['/api/v1/accounts', '/api/v1/me', '/api/v1/journal', '/api/v1/issuers', '/api/v1/groups', '/api/v1/requests']) {
    assert.equal((await nobody.get(lanyard.url + path)).status, 401, path);
  }
  assert.equal((await ask(lanyard)).status, 401);
});

test('row_AR3 row_SX6: the command line decides: list, approve, suspend, restore, close', async (t) => {
  const { lanyard, provider } = await startSite(t);
  const { file } = await adminTokenFile(lanyard, provider);
  const grace = await signIn(lanyard, provider, 'grace');
  assert.match(grace.page.url, /\/pending$/);
  const client = (...args) => lanyardClient(lanyard, file, ...args);
  const ok = async (...args) => {
    const answer = await client(...args);
    assert.equal(answer.code, 0, `${args.join(' ')}: ${answer.stderr}`);
    return answer;
  };
  const waiting = JSON.parse((await ok('user', 'list', '--state', 'pending', '--json=id,email,state')).stdout);
  assert.deepEqual(waiting.map((one) => one.email), ['grace@example.com']);
  await ok('user', 'approve', 'grace@example.com');
  assert.equal((await client('user', 'approve', 'grace@example.com')).code, 6, 'somebody decided already');
  assert.match((await grace.client.follow(await grace.client.get(`${lanyard.url}/pending`, { headers: PAGE }))).url, /\/account$/);
  assert.equal((await client('user', 'show', 'nobody@example.org')).code, 3);
  assert.equal((await client('user', 'list', '--stat', 'x')).code, 2);
  await ok('user', 'suspend', waiting[0].id, '--reason', 'a test');
  const out = await grace.client.get(`${lanyard.url}/account`, { headers: PAGE });
  assert.notEqual(out.status, 200);
  await ok('user', 'restore', waiting[0].id);
  const explained = await ok('explain', 'grace@example.com');
  assert.match(explained.stdout, /Grace Hopper/);
  await ok('user', 'close', waiting[0].id, '--reason', 'a test', '--yes');
  assert.equal(JSON.parse((await ok('user', 'show', waiting[0].id, '--json')).stdout).state, 'closed');
  const intact = await lanyard.run('journal', 'verify');
  assert.equal(intact.code, 0, intact.stdout);
});
