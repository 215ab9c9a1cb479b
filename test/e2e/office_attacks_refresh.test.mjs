// Attacks on refresh tokens, and what is left of them when something behind them is gone.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';

import { assertRefused, atOnce, DATA, payloadOf, said, SCOPE, startTarget, WEB } from './support/attacks.mjs';
import { until } from './support/ending.mjs';
import { newSecret } from './support/office.mjs';

const web = { redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: SCOPE, trusted: true };
const clients = [
  { ...web, client_id: 'graceful', client_secret: newSecret(), refresh: 'grace' },
  { ...web, client_id: 'grid', client_secret: newSecret(), profile: 'wlcg', scope: `${SCOPE} wlcg.groups storage.read:/data` },
];
const targets = { sqlite: await startTarget({ after }, { clients }), postgresql: await startTarget({ after }, { clients, database: 'postgresql' }) };
const target = targets.sqlite;

// Everything that one sign-in led to is over.
async function assertEnded(office, client, ...refreshTokens) {
  for (const token of refreshTokens) {
    assertRefused(await office.refresh(client, token));
    assert.equal(await office.isActive(token, client), false);
  }
}

for (const [database, office] of Object.entries(targets)) describe(`on ${database}`, () => {
  test('attack_074: a refresh token that is used again ends its family', async () => {
    for (const pause of [async () => {}, () => office.lanyard.restart()]) {
      const tokens = await office.tokens('web');
      const next = (await office.refresh('web', tokens.refresh_token)).json;
      assert.equal(await office.isActive(tokens.refresh_token), false, 'a used one is not active');
      assert.equal(await office.isActive(next.refresh_token), true);
      await pause();
      assertRefused(await office.refresh('web', tokens.refresh_token));
      await assertEnded(office, 'web', next.refresh_token);
      for (const { access_token } of [tokens, next]) assert.equal(await office.userinfo(access_token), 401);
    }
    let { refresh_token: last } = await office.tokens('web');
    const first = last;
    for (let generation = 0; generation < 6; ++generation) last = (await office.refresh('web', last)).json.refresh_token;
    assertRefused(await office.refresh('web', first), 'invalid_grant', 'an old generation');
    await assertEnded(office, 'web', last);
  });

  test('attack_059 attack_074: a hundred refreshes at once with one token have one winner', async () => {
    for (const [client, count] of [['web', 100], ['native', 50]]) {
      const { refresh_token: token } = await office.tokens(client);
      const answers = await atOnce(count, () => office.refresh(client, token));
      const won = answers.filter(({ status }) => status === 200);
      assert.equal(won.length, 1, answers.map(said).join(', '));
      assertRefused(await office.refresh(client, won[0].json.refresh_token), 'invalid_grant', 'the family is over');
    }
    // Within its grace one token has one successor, however many ask.
    const { refresh_token: graceful } = await office.tokens('graceful');
    const answers = await atOnce(30, () => office.refresh('graceful', graceful));
    assert.equal(new Set(answers.map(({ json }) => json.refresh_token)).size, 1, answers.map(said).join(', '));
  });

  test('attack_075: revoking wins against refreshing', async () => {
    for (let round = 0; round < 8; ++round) {
      const tokens = await office.tokens('web');
      const [revoked, ...refreshed] = await Promise.all([
        office.send('/revoke', 'web', { token: tokens.refresh_token }),
        ...Array.from({ length: 4 }, () => office.refresh('web', tokens.refresh_token)),
      ]);
      assert.equal(revoked.status, 200, revoked.text);
      for (const { status, json } of refreshed) {
        if (status !== 200) continue;
        assertRefused(await office.refresh('web', json.refresh_token));
        assert.equal(await office.userinfo(json.access_token), 401);
      }
      await assertEnded(office, 'web', tokens.refresh_token);
    }
  });
});

test('attack_033 attack_060 attack_074: a refresh token belongs to its client, and is nothing when it is altered', async () => {
  const { refresh_token: token } = await target.tokens('web');
  for (const client of ['other', 'native', 'graceful']) assertRefused(await target.refresh(client, token), 'invalid_grant', client);
  const bytes = Buffer.from(token.slice(4), 'base64url');
  for (const at of [0, 14, 15, 20, 21, 40, 52]) {
    const altered = Buffer.from(bytes);
    altered[at] ^= 1;
    assertRefused(await target.refresh('web', `lyr_${altered.toString('base64url')}`), 'invalid_grant', `byte ${at}`);
  }
  for (const other of [token.slice(0, -1), `${token}A`, token.slice(4), token.toUpperCase(), `${token}=`, ` ${token}`, 'lyr_']) assertRefused(await target.refresh('web', other), 'invalid_grant', other);
  assertRefused(await target.refresh('web', ''), 'invalid_request');
  assert.equal((await target.refresh('web', token)).status, 200, 'and none of this harmed it');
  // Who may not hold it can not end it either.
  const { refresh_token: held } = await target.tokens('web');
  await target.send('/revoke', 'other', { token: held });
  assert.equal((await target.refresh('web', held)).status, 200);
});

test('attack_070 attack_071: a refresh never gives more than was allowed', async () => {
  const tokens = await target.tokens('grid', { scope: 'openid offline_access storage.read:/data/x' });
  for (const scope of ['openid email', 'storage.read:/data', 'storage.read:/data/xy', 'storage.read:/', 'wlcg.groups', 'role:x'])
    assertRefused(await target.refresh('grid', tokens.refresh_token, { scope }), 'invalid_scope', scope);
  const narrow = (await target.refresh('grid', tokens.refresh_token, { scope: 'storage.read:/data/x/y' })).json;
  assert.equal(payloadOf(narrow.access_token).scope, 'storage.read:/data/x/y');
  assert.equal(payloadOf((await target.refresh('grid', narrow.refresh_token)).json.access_token).scope, 'openid offline_access storage.read:/data/x', 'narrowing is for once');
  const { refresh_token: token } = await target.tokens('web', { scope: SCOPE, resource: DATA });
  for (const resource of ['https://evil.example/', `${DATA}#x`, '/x', 'web']) assertRefused(await target.refresh('web', token, { resource }), 'invalid_target', resource);
});

describe('attack_076: when what stood behind it is gone', () => {
  const refusedSoon = async (client, hold) => until('the refusal', async () => {
    const answer = await target.refresh(client, hold.token);
    if (answer.status === 200) hold.token = answer.json.refresh_token;
    return answer.status !== 200 && answer;
  }, { seconds: 5, every: 200 });

  test('attack_076: the account is suspended', async () => {
    const { visitor, account } = await target.admit('grace');
    const tokens = await target.tokens('web', { scope: SCOPE }, { visitor, who: 'grace' });
    await target.admin('POST', `/accounts/${account.id}/suspend`, { reason: 'a test' });
    assertRefused(await refusedSoon('web', { token: tokens.refresh_token }));
    assert.equal(await target.isActive(tokens.access_token), false);
    assert.equal(await target.userinfo(tokens.access_token), 401);
    await target.admin('POST', `/accounts/${account.id}/restore`, { reason: 'a test' });
  });

  test('attack_076: the account is closed', async () => {
    const { visitor, account } = await target.newcomer('leaver');
    const tokens = await target.tokens('web', { scope: SCOPE }, { visitor, who: 'leaver' });
    await target.admin('POST', `/accounts/${account.id}/close`, { reason: 'a test' });
    assertRefused(await refusedSoon('web', { token: tokens.refresh_token }));
    assert.equal(await target.userinfo(tokens.access_token), 401);
  });

  test('attack_076: the person takes back at the account page what was allowed, or an administrator does', async () => {
    const { visitor, account } = await target.admit('grace');
    for (const [page, browser] of [['/account/apps', visitor], [`/admin/accounts/${account.id}`, target.ada]]) {
      const held = [];
      for (const client of ['web', 'asks', 'native']) held.push([client, await target.tokens(client, { scope: SCOPE }, { visitor, who: 'grace' })]);
      for (const [client, tokens] of held) {
        const shown = await target.get(`${target.issuer}${page}`, browser);
        const form = shown.forms.find(({ action }) => action.endsWith(`/apps/${client}/stop`));
        assert.ok(form, `${client} at ${page}:\n${shown.text}`);
        assert.equal((await browser.submit(form, { headers: { accept: 'text/html' } })).status, 303);
        assertRefused(await target.refresh(client, tokens.refresh_token), 'invalid_grant', client);
        assert.equal(await target.userinfo(tokens.access_token), 401, client);
        assert.notEqual(await target.isActive(tokens.access_token), true);
      }
      const asked = await target.get(target.ask('asks', { scope: SCOPE }).url, visitor);
      assert.ok(asked.forms.some(({ action }) => new URL(action).pathname === '/consent'), 'and it is asked for anew');
    }
  });

  test('attack_076: the group is not held any more', async () => {
    const group = await target.admin('POST', '/groups', { path: 'experts' });
    const { visitor, account } = await target.admit('grace', [group.id]);
    const tokens = await target.tokens('grid', { scope: 'openid offline_access wlcg.groups:/experts' }, { visitor, who: 'grace' });
    assert.deepEqual(payloadOf(tokens.access_token)['wlcg.groups'], ['/experts']);
    await target.admin('DELETE', `/groups/${group.id}/members/account/${account.id}`);
    assertRefused(await refusedSoon('grid', { token: tokens.refresh_token }));
  });

  test('attack_076: the client is deleted, and comes back under its name', async () => {
    const settings = { client_id: 'passing', client_name: 'Passing', redirect_uris: [WEB], grant_types: web.grant_types, scope: SCOPE };
    const make = async () => target.clients.set('passing', { ...settings, client_secret: (await target.admin('POST', '/clients', settings)).client_secret });
    await make();
    const tokens = await target.tokens('passing');
    assert.equal((await target.refresh('passing', tokens.refresh_token)).status, 200);
    const held = await target.tokens('passing');
    await target.admin('DELETE', '/clients/passing');
    assertRefused(await refusedSoon('passing', { token: held.refresh_token }), 'invalid_client');
    assert.equal(await target.userinfo(held.access_token), 401);
    await make();
    await until('the new client', async () => (await target.send('/introspect', 'passing', { token: 'x' })).status === 200);
    assertRefused(await target.refresh('passing', held.refresh_token), 'invalid_grant', 'what the former client held is not the new one\'s');
    assert.equal(await target.isActive(held.access_token, 'passing'), false);
    assert.equal(await target.userinfo(held.access_token), 401);
    const page = await target.get(target.ask('passing', { scope: SCOPE }).url);
    assert.ok(page.forms.some(({ action }) => new URL(action).pathname === '/consent'), 'nor is what people allowed the former one');
  });

  test('attack_076: the provider at which the person signed in is switched off', async () => {
    const { lanyard } = target;
    const tokens = await target.tokens('web');
    const config = JSON.parse(readFileSync(lanyard.configFile, 'utf8'));
    const write = (enabled) => writeFileSync(lanyard.configFile, JSON.stringify({ ...config, providers: config.providers.map((one) => ({ ...one, enabled })) }), { mode: 0o600 });
    write(false);
    lanyard.program.child.kill('SIGHUP');
    assertRefused(await refusedSoon('web', { token: tokens.refresh_token }));
    assert.equal(await target.userinfo(tokens.access_token), 401);
    write(true);
    lanyard.program.child.kill('SIGHUP');
  });
});
