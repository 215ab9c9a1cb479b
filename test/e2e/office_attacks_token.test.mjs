// Attacks on authorization codes at the token endpoint.

import { strict as assert } from 'node:assert';
import { after, describe, test } from 'node:test';

import { assertRefused, atOnce, DATA, newVerifier, payloadOf, said, SCOPE, startTarget } from './support/attacks.mjs';
import { takeClock } from './support/clock.mjs';
import { DEVICE } from './support/office.mjs';

// What a token set still opens after somebody used its code once more.
async function assertNothingAlive(target, tokens) {
  assert.equal(await target.isActive(tokens.access_token), false);
  assert.equal(await target.isActive(tokens.refresh_token), false);
  assert.equal(await target.userinfo(tokens.access_token), 401);
  assertRefused(await target.refresh('web', tokens.refresh_token));
}

const targets = { sqlite: await startTarget({ after }), postgresql: await startTarget({ after }, { database: 'postgresql' }) };
const clocks = {};
for (const [database, { lanyard }] of Object.entries(targets)) clocks[database] = await takeClock({ after }, lanyard);

for (const [database, target] of Object.entries(targets)) describe(`on ${database}`, () => {
  test('attack_058: a code that is used again ends what it led to: at once, half a minute and minutes later, after a restart', async () => {
    const later = (seconds) => () => clocks[database].move(seconds);
    for (const pause of [later(0), later(31), later(300), () => target.lanyard.restart()]) {
      clocks[database].move(0);
      const given = await target.code('web', { scope: SCOPE });
      const tokens = (await target.redeem(given)).json;
      assert.equal(await target.userinfo(tokens.access_token), 200);
      await pause();
      assertRefused(await target.redeem(given));
      await assertNothingAlive(target, tokens);
      assertRefused(await target.redeem(given), 'invalid_grant', 'and a third time');
    }
    clocks[database].move(0);
    // Also when the first use came to nothing.
    const given = await target.code('web');
    assertRefused(await target.redeem(given, { code_verifier: newVerifier() }));
    assertRefused(await target.redeem(given));
  });

  test('attack_059: a hundred redemptions of one code at once have one winner at most', async () => {
    for (const [client, count] of [['web', 100], ['native', 20]]) {
      const given = await target.code(client, { scope: SCOPE });
      const answers = await atOnce(count, () => target.redeem(given));
      const won = answers.filter(({ status }) => status === 200);
      assert.equal(won.length, 1, answers.map(said).join(', '));
      for (const answer of answers) if (answer !== won[0]) assertRefused(answer);
      if (client === 'web') await assertNothingAlive(target, won[0].json);
    }
  });

  test('attack_060: a code belongs to its client, its address and itself', async () => {
    const refusals = {
      'another client': (given) => target.redeem(given, {}, { client: 'other' }),
      'a public client': (given) => target.redeem(given, {}, { client: 'native' }),
      'a device\'s client': (given) => target.redeem(given, {}, { client: 'device' }),
      truncated: (given) => target.redeem(given, { code: given.code.slice(0, -1) }),
      longer: (given) => target.redeem(given, { code: `${given.code}A` }),
      'in other letters': (given) => target.redeem(given, { code: given.code.toLowerCase() === given.code ? given.code.toUpperCase() : given.code.toLowerCase() }),
      'with a blank': (given) => target.redeem(given, { code: ` ${given.code}` }),
    };
    for (const [name, attack] of Object.entries(refusals)) {
      const given = await target.code('web');
      assertRefused(await attack(given), name === 'a device\'s client' ? 'unauthorized_client' : 'invalid_grant', name);
      assert.equal((await target.redeem(given)).status, 200, `${name}: nobody else can spoil it`);
    }
    const elsewhere = { redirect_uri: 'https://web.example.org/other' };
    assertRefused(await target.redeem(await target.code('web'), elsewhere), 'invalid_grant', 'another address');
    assertRefused(await target.redeem(await target.code('web'), { redirect_uri: `${(target.ask('web')).redirect_uri}/` }), 'invalid_grant', 'nearly the address');
    const ofNative = await target.code('native', { redirect_uri: 'http://127.0.0.1:5001/callback' });
    assertRefused(await target.redeem(ofNative, { redirect_uri: 'http://127.0.0.1:5002/callback' }), 'invalid_grant', 'another port');
    assertRefused(await target.redeem(await target.code('native'), {}, { client: 'web' }), 'invalid_grant', 'of a public client');
  });

  test('attack_061: nothing is taken for something else', async () => {
    const given = await target.code('web', { scope: SCOPE });
    const tokens = await target.tokens('web');
    const begun = await target.device();
    await target.decide(begun);
    const pushed = (await target.send('/par', 'web', Object.fromEntries(new URL(target.ask('web').url).searchParams))).json.request_uri.split(':').pop();
    const asked = await target.office.visitor().get(target.ask('web').url, { headers: { accept: 'text/html' } });
    const interaction = new URL(asked.location).searchParams.get('request');
    const things = { code: given.code, refresh: tokens.refresh_token, access: tokens.access_token, id: tokens.id_token, device: begun.device_code, user: begun.user_code, pushed, interaction };
    const uses = {
      code: (thing) => target.token('web', { grant_type: 'authorization_code', code: thing, code_verifier: given.verifier, redirect_uri: given.redirect_uri }),
      refresh: (thing) => target.refresh('web', thing),
      device: (thing) => target.token('device', { grant_type: DEVICE, device_code: thing }),
    };
    for (const [name, use] of Object.entries(uses))
      for (const [what, thing] of Object.entries(things)) if (what !== name) assertRefused(await use(thing), 'invalid_grant', `${what} as ${name}`);
    for (const what of ['code', 'device', 'pushed', 'refresh']) {
      const link = await target.get(`${target.issuer}/authorize/continue?request=${encodeURIComponent(things[what])}`);
      assert.ok(link.status >= 400 && link.location === undefined, what);
      const request_uri = `urn:ietf:params:oauth:request_uri:${what === 'pushed' ? interaction : things[what]}`;
      const page = await target.get(`${target.issuer}/authorize?${new URLSearchParams({ client_id: 'web', request_uri })}`);
      assert.ok(page.status === 400 && page.location === undefined, what);
    }
    for (const what of ['code', 'refresh', 'id', 'device', 'pushed', 'interaction']) assert.equal(await target.userinfo(things[what]), 401, what);
    // And all of it is still what it was.
    assert.equal((await uses.code(given.code)).status, 200);
    assert.equal((await uses.device(begun.device_code)).status, 200);
    assert.equal((await uses.refresh(tokens.refresh_token)).status, 200);
  });
});

describe('in one place', () => {
  const target = targets.sqlite;
  test('attack_056: what is there twice is refused, and nothing is taken from the address', async () => {
    const given = await target.code('web');
    const form = [['grant_type', 'authorization_code'], ['code', given.code], ['code_verifier', given.verifier], ['redirect_uri', given.redirect_uri]];
    for (const [name, value] of [...form, ['scope', 'openid'], ['x', 'y']])
      assertRefused(await target.token('web', [...form, [name, value], ...(form.some(([known]) => known === name) ? [] : [[name, value]])]), 'invalid_request', name);
    for (const [name, value] of form) {
      const rest = form.filter(([known]) => known !== name);
      assertRefused(await target.send(`/token?${new URLSearchParams([[name, value]])}`, 'web', rest), 'invalid_request', `${name} in the address`);
    }
    assert.equal((await target.token('web', form)).status, 200);
    const twice = [['token', 'a'], ['token', 'a']];
    for (const path of ['/introspect', '/revoke']) {
      assertRefused(await target.send(path, 'web', twice), 'invalid_request', path);
      assertRefused(await target.send(path, 'web', [['token', 'a'], ['token_type_hint', 'a'], ['token_type_hint', 'b']]), 'invalid_request', `${path} hint`);
    }
    for (const [name, value] of [['scope', 'openid'], ['client_id', 'device'], ['x', 'y']])
      assertRefused(await target.send('/devicecode', 'device', [['client_id', 'device'], [name, value], [name, value]]), 'invalid_request', `/devicecode ${name}`);
  });

  test('attack_057: grants that are not offered', async () => {
    for (const grant_type of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'device_code', 'token_exchange', 'AUTHORIZATION_CODE', 'refresh_token '])
      assertRefused(await target.token('web', { grant_type, username: 'ada', password: 'x' }), 'unsupported_grant_type', grant_type);
    assertRefused(await target.token('web', {}), 'invalid_request');
    assertRefused(await target.token('web', { grant_type: 'client_credentials' }), 'unauthorized_client');
    assert.equal((await target.get(`${target.issuer}/token?grant_type=refresh_token`)).status, 405);
  });

  test('attack_062: the verifier is needed, in its form, and the right one', async () => {
    const wrong = [undefined, '', newVerifier(), 'short', 'a'.repeat(42), 'a'.repeat(129)];
    for (const client of ['web', 'native']) for (const code_verifier of wrong)
      assertRefused(await target.redeem(await target.code(client), { code_verifier }), 'invalid_grant', `${client} ${code_verifier}`);
    const given = await target.code('web');
    const challenge = new URL(given.url).searchParams.get('code_challenge');
    assertRefused(await target.redeem(given, { code_verifier: challenge }), 'invalid_grant', 'the challenge itself');
    const padded = await target.code('web');
    assertRefused(await target.redeem(padded, { code_verifier: `${padded.verifier}=` }), 'invalid_grant', 'padded');
  });

  test('attack_070 attack_071: a code gives what was allowed and no more', async () => {
    const given = await target.code('web', { scope: 'openid', resource: DATA });
    const tokens = (await target.redeem(given, { scope: SCOPE, resource: 'https://evil.example/' })).json;
    if (tokens.access_token) {
      assert.equal(tokens.scope, 'openid');
      assert.deepEqual([payloadOf(tokens.access_token).aud].flat(), [DATA]);
    }
    assert.equal(payloadOf((await target.redeem(await target.code('web', { scope: 'openid' }))).json.access_token).scope, 'openid');
  });
});

test('attack_058: a code that was used is known at the second replica', async (t) => {
  const target = await startTarget(t, { database: 'postgresql' });
  const second = await target.replica(t);
  for (const [first, again] of [[target.issuer, second.url], [second.url, target.issuer]]) {
    const given = await target.code('web', { scope: SCOPE });
    const tokens = await target.redeem(given, {}, { at: first });
    assert.equal(tokens.status, 200, tokens.text);
    assertRefused(await target.redeem(given, {}, { at: again }));
    await assertNothingAlive(target, tokens.json);
    const elsewhere = await target.send('/introspect', 'web', { token: tokens.json.access_token }, { at: second.url });
    assert.deepEqual(elsewhere.json, { active: false });
  }
  const given = await target.code('web');
  const answers = await atOnce(40, (index) => target.redeem(given, {}, { at: index % 2 ? second.url : target.issuer }));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(said).join(', '));
});
