// From a terminal to the API and through the gate, with a token that lanyardd made itself (PA4, PA7, PA8, TK2).

import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';

import { Home, shownPage } from './support/device.mjs';
import { startOffice } from './support/office.mjs';

const office = await startOffice({ after }, {
  clients: [{ client_id: 'other', client_secret: 'a-secret-of-more-than-32-characters', grant_types: ['client_credentials'], scope: 'openid', token_endpoint_auth_method: 'client_secret_basic' }],
  groups: { ada: ['Rubin', 'Rubin/production'], grace: ['Rubin'] },
  config: { auth: { admin_email: 'ada@example.org' } },
});

async function login(home, ...args) {
  const started = home.start('login', '--server', office.issuer, ...args);
  await office.approve(await shownPage(started), { who: home.who });
  const exit = await started.over;
  assert.equal(exit.code, 0, started.text);
}

async function homeOf(t, who, ...args) {
  const home = new Home(t);
  home.who = who;
  await login(home, ...args);
  const printed = await home.run('token', 'print');
  assert.equal(printed.code, 0, printed.stderr);
  return { home, token: printed.stdout.trim() };
}

const me = (token) => office.visitor().get(`${office.issuer}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
const admin = async (token, method, path, json) => office.visitor().request(method, `${office.issuer}/api/v1${path}`, { json, headers: { authorization: `Bearer ${token}` } });

test('row_PA4 row_PA7: the command line signs in at lanyardd by itself, and says whose token it is', async (t) => {
  const { home } = await homeOf(t, 'grace');
  const who = await home.run('whoami', '--json');
  assert.equal(who.code, 0, who.stderr);
  const said = JSON.parse(who.stdout);
  assert.equal(said.issuer, office.issuer);
  assert.match(JSON.stringify(said), /Grace Hopper/);
  const again = await home.run('token', 'print', '--refresh-if-under', '2h');
  assert.equal(again.code, 0, again.stderr);
  const out = await home.run('logout');
  assert.equal(out.code, 0, out.stderr);
});

test('row_TK2: the API takes it with the scope account, and no further', async (t) => {
  const { token } = await homeOf(t, 'grace', '--scope', 'openid profile email offline_access account');
  const answer = await me(token);
  assert.equal(answer.status, 200, answer.text);
  const { token: without } = await homeOf(t, 'grace', '--scope', 'openid offline_access');
  assert.equal((await me(without)).status, 403);
  const users = await admin(token, 'GET', '/accounts');
  assert.equal(users.status, 403, 'a person who is no administrator');
});

test('attack_076: a suspended account and a revoked token are nothing at the next request', async (t) => {
  const { token: root } = await homeOf(t, 'ada', '--scope', 'openid profile email offline_access account admin');
  const { home, token } = await homeOf(t, 'grace', '--scope', 'openid profile email offline_access account');
  const listed = await admin(root, 'GET', '/accounts');
  assert.equal(listed.status, 200, listed.text);
  const grace = listed.json.items.find(({ email }) => email === 'grace@example.com');
  assert.equal((await me(token)).status, 200);
  assert.equal((await admin(root, 'POST', `/accounts/${grace.id}/suspend`, { reason: 'a test' })).status, 200);
  assert.equal((await me(token)).status, 401);
  const refused = await home.run('token', 'print', '--refresh-if-under', '2h');
  assert.match(refused.stderr, /refresh/i, 'no new one either');
  assert.equal((await admin(root, 'POST', `/accounts/${grace.id}/restore`, { reason: 'the test is over' })).status, 200);
  assert.equal((await me(token)).status, 200);
  assert.equal((await home.run('logout')).code, 0);
  assert.equal((await me(token)).status, 401, 'its grant has ended');
});

test('attack_078: a token of an application itself is no person', async () => {
  const answer = await office.visitor().request('POST', `${office.issuer}/token`, {
    form: { grant_type: 'client_credentials' },
    headers: { authorization: `Basic ${Buffer.from('other:a-secret-of-more-than-32-characters').toString('base64')}` },
  });
  assert.equal(answer.status, 200, answer.text);
  assert.equal((await me(answer.json.access_token)).status, 401);
});
