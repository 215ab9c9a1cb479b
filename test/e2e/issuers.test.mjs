// Tokens of issuers that we were told to believe (TK2-TK7).

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { Client } from './support/http.mjs';
import { startProvider } from './support/provider.mjs';
import { ask, startSite } from './support/site.mjs';

const AUDIENCE = 'https://here.example.org';
const GOOD = { aud: AUDIENCE, scope: 'servicex' };
const issuer = (id, provider, more = {}) => ({
  id, issuer: provider.issuer, audiences: [AUDIENCE], allow_loopback: true, keys_cool_down: '1s', admission: { new_accounts: 'active' }, ...more,
});

async function startIssuers(t, more = {}, config = {}) {
  const grid = await startProvider(t);
  const lab = await startProvider(t);
  const { lanyard } = await startSite(t, { config: { issuers: [issuer('grid', grid, more), issuer('lab', lab, more)], ...config } });
  const call = (token) => ask(lanyard, { token });
  return { grid, lab, lanyard, call };
}

test('row_TK2 row_TK3 row_TK6: two issuers with equal sub are two accounts', async (t) => {
  const { grid, lab, call } = await startIssuers(t);
  const one = await call(await grid.mint({ sub: 'same', ...GOOD }));
  const two = await call(await lab.mint({ sub: 'same', ...GOOD }));
  assert.equal(one.status, 200, one.text);
  assert.equal(two.status, 200, two.text);
  assert.notEqual(one.headers['x-lanyard-account'], two.headers['x-lanyard-account']);
  assert.equal(one.headers['x-lanyard-subject'], two.headers['x-lanyard-subject']);
  const again = await call(await grid.mint({ sub: 'same', ...GOOD }));
  assert.equal(again.headers['x-lanyard-account'], one.headers['x-lanyard-account']);
});

test('row_TK5: the scope must be there as a whole word in its own case', async (t) => {
  const { grid, call } = await startIssuers(t);
  for (const scope of [undefined, '', 'servicex2', 'ServiceX', 'xservicex', 'read write', ['servicex']]) {
    assert.equal((await call(await grid.mint({ ...GOOD, scope }))).status, 403, String(scope));
  }
  for (const scope of ['servicex', 'read servicex write']) assert.equal((await call(await grid.mint({ ...GOOD, scope }))).status, 200, scope);
});

test('row_TK3 attack_025: an issuer that is not configured causes no request', async (t) => {
  const stranger = await startProvider(t);
  const { call } = await startIssuers(t);
  assert.equal((await call(await stranger.mint(GOOD))).status, 401);
  assert.equal((await call(await stranger.mint({ ...GOOD, iss: `${stranger.issuer}/` }))).status, 401);
  assert.equal(stranger.requests.length, 0);
});

test('row_TK4: a rotation refuses no token', async (t) => {
  const { grid, call } = await startIssuers(t);
  const before = await grid.mint(GOOD);
  assert.equal((await call(before)).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await grid.rotate();
  assert.equal((await call(await grid.mint({ ...GOOD, sub: 'after' }))).status, 200);
  assert.equal((await call(before)).status, 200);
});

test('row_TK4 attack_048: a thousand first requests at once fetch once', async (t) => {
  const { grid, call } = await startIssuers(t);
  const tokens = await Promise.all(Array.from({ length: 20 }, () => grid.mint(GOOD)));
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => call(tokens[i % 20])));
  const statuses = answers.map((one) => one.status);
  assert.deepEqual([...new Set(statuses)], [200], `${statuses.filter((one) => one !== 200).length} were refused`);
  assert.equal(grid.requests.filter((one) => one.path === '/jwks').length, 1);
});

test('row_TK4: an issuer that is down refuses nobody whose key is known; a restart during the outage neither', async (t) => {
  const { grid, lab, lanyard, call } = await startIssuers(t);
  const token = await grid.mint(GOOD);
  assert.equal((await call(token)).status, 200);
  await grid.stop();
  assert.equal((await call(await grid.mint({ ...GOOD, sub: 'another' }))).status, 200);
  await lanyard.restart();
  assert.equal((await call(token)).status, 200, 'the keys were kept in the database');
  assert.equal((await call(await lab.mint(GOOD))).status, 200);
});

test('row_TK4: past the hard expiry that issuer alone is refused, 401 with the reason at the gate, 503 at the API', async (t) => {
  const { grid, lab, lanyard, call } = await startIssuers(t, { keys_refresh: '1s', keys_expire: '3s' });
  const token = await grid.mint(GOOD);
  assert.equal((await call(token)).status, 200);
  await grid.stop();
  await new Promise((resolve) => setTimeout(resolve, 4500));
  const refused = await call(await grid.mint({ ...GOOD, sub: 'new' }));
  assert.equal(refused.status, 401);
  assert.ok(refused.headers['x-lanyard-reason'], refused.text);
  const api = await new Client().get(`${lanyard.url}/api/v1/me`, { headers: { authorization: `Bearer ${await grid.mint({ ...GOOD, sub: 'new' })}` } });
  assert.equal(api.status, 503, api.text);
  assert.equal((await call(await lab.mint(GOOD))).status, 200);
});

test('row_TK7: each mechanism is a switch', async (t) => {
  const { grid, call } = await startIssuers(t, {}, { auth: { bearer_tokens: false } });
  assert.equal((await call(await grid.mint(GOOD))).status, 401);
  assert.equal(grid.requests.length, 0);
});

test('attack_050: lanyardd provider refresh drops a withdrawn key', async (t) => {
  const { grid, lanyard, call } = await startIssuers(t);
  const old = await grid.mint({ ...GOOD, sub: 'withdrawn' });
  assert.equal((await call(old)).status, 200);
  await grid.rotate();
  await grid.rotate();
  const asked = await lanyard.run('provider', 'refresh', 'grid');
  assert.equal(asked.code, 0, asked.stderr);
  await lanyard.untilLogged('issuer.purged');
  const late = await call(await grid.mint({ ...GOOD, sub: 'fresh' }));
  assert.equal(late.status, 200, late.text);
});
