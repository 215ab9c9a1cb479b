// Attacks on the device grant: guessing, phishing, and deciding twice.

import { strict as assert } from 'node:assert';
import { after, describe, test } from 'node:test';

import { assertPage, assertRefused, atOnce, said, startTarget } from './support/attacks.mjs';
import { PAGE } from './support/site.mjs';

const targets = { sqlite: await startTarget({ after }), postgresql: await startTarget({ after }, { database: 'postgresql' }) };
const target = targets.sqlite;

for (const [database, office] of Object.entries(targets)) describe(`on ${database}`, () => {
  test('attack_059 attack_082: a hundred polls at once, and any later one, get one token set', async () => {
    const begun = await office.device();
    await office.decide(begun);
    const answers = await atOnce(100, () => office.poll(begun));
    const won = answers.filter(({ status }) => status === 200);
    assert.equal(won.length, 1, answers.map(said).join(', '));
    for (const answer of answers) if (answer !== won[0]) assertRefused(answer);
    assertRefused(await office.poll(begun), 'invalid_grant', 'after success');
    assert.equal((await office.refresh('device', won[0].json.refresh_token)).status, 200);
  });

  test('attack_082: what was decided once is not decided again', async () => {
    const twice = async (first, second) => {
      const begun = await office.device();
      const page = await office.devicePage(begun.user_code);
      const { status } = await office.press(page, first);
      assert.equal(status, 200);
      const again = await office.press(page, second);
      assert.ok(again.status >= 400, `${first}, then ${second}: ${again.status}`);
      return begun;
    };
    for (const second of ['allow', 'refuse']) assert.equal((await office.poll(await twice('allow', second))).status, 200);
    for (const second of ['allow', 'refuse']) assertRefused(await office.poll(await twice('refuse', second)), 'access_denied');
    const begun = await office.device();
    const page = await office.devicePage(begun.user_code);
    const pressed = await atOnce(20, (index) => office.press(page, index % 2 ? 'allow' : 'refuse'));
    assert.equal(pressed.filter(({ status }) => status === 200).length, 1, pressed.map(({ status }) => status).join(' '));
  });
});

test('attack_060 attack_061: a device code belongs to its client', async () => {
  const begun = await target.device('device');
  assertRefused(await target.poll(begun, 'device2'), 'invalid_grant');
  await target.decide(begun);
  assertRefused(await target.poll(begun, 'device2'), 'invalid_grant');
  assertRefused(await target.poll(begun, 'web'), 'unauthorized_client');
  assertRefused(await target.poll({ device_code: begun.user_code }), 'invalid_grant', 'the code for people');
  assertRefused(await target.poll({ device_code: begun.device_code.slice(0, -1) }), 'invalid_grant');
  assert.equal((await target.poll(begun)).status, 200);
});

test('attack_070: scopes and clients that do not fit get no code', async () => {
  assertRefused(await target.send('/devicecode', 'device', { scope: 'openid admin' }), 'invalid_scope');
  assertRefused(await target.send('/devicecode', 'web', { scope: 'openid' }), 'unauthorized_client');
  assertRefused(await target.send('/devicecode', 'nobody', { scope: 'openid' }), 'invalid_client');
  const begun = await target.device('device', 'openid');
  await target.decide(begun);
  const { json } = await target.poll(begun, 'device', { scope: 'openid email offline_access' });
  assert.equal(json.scope, 'openid', 'nothing is added when the tokens are fetched');
});

test('attack_080: a code is read as people type it, or not at all', async () => {
  const begun = await target.device();
  const code = begun.user_code;
  assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  const plain = code.replace('-', '');
  for (const typed of [code, plain, code.toLowerCase(), ` ${code} `, plain.split('').join(' '), code.replace('-', ' ')]) {
    const page = await target.devicePage(typed);
    assert.equal(page.status, 200, typed);
    assert.ok(page.text.includes(code), typed);
  }
  const visitor = target.office.visitor();
  await target.code('web', {}, { visitor });
  const wide = String.fromCodePoint(...[...plain].map((letter) => letter.codePointAt(0) - 65 + 0xff21));
  for (const typed of [wide, plain.slice(0, 7), `${plain}B`, plain.replace(/.$/, 'A'), plain.replace(/.$/, '0'), `${code}%00`, `${code}' OR 1=1`, '']) {
    const page = await target.devicePage(typed, visitor);
    assert.ok(page.status >= 400, `${typed}: ${page.status}`);
    assert.ok(!page.forms.some(({ buttons }) => buttons.some(({ value }) => value === 'allow')), typed);
  }
});

test('attack_081: a link that somebody was sent shows all, and gives nothing without a click', async () => {
  const begun = await target.device('device', 'openid email');
  const opened = await target.get(begun.verification_uri_complete);
  assert.equal(opened.status, 200);
  assert.match(opened.text, /Somebody sent you a code, or a link/);
  assert.ok(!opened.forms.some(({ buttons }) => buttons.some(({ value }) => value === 'allow')), 'no yes on the first page');
  const page = await target.devicePage(begun.user_code);
  for (const shown of ['device', '127.0.0.1', begun.user_code, 'ada@example.org', 'Only if you started it yourself', '<time']) assert.ok(page.text.includes(shown), shown);
  for (const answer of [opened, page]) {
    assert.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.equal(answer.headers['x-frame-options']?.toUpperCase(), 'DENY');
  }
  const signOut = page.forms.find(({ action }) => new URL(action).pathname === '/logout');
  assert.notEqual(signOut.fields.csrf, '', 'whoever is somebody else can sign out here');
  // Nor by a request that another site makes.
  const confirm = (form) => target.ada.post(`${target.issuer}/device/confirm`, { form: { user_code: begun.user_code, decision: 'allow', ...form }, headers: PAGE });
  assertPage(await confirm({}), 403);
  assertPage(await confirm({ csrf: 'x' }), 403);
  assert.equal((await target.get(`${target.issuer}/device/confirm?user_code=${begun.user_code}&decision=allow`)).status, 405);
  assertRefused(await target.poll(begun), 'authorization_pending');
});

test('attack_083: a login that one browser began is not finished in another', async () => {
  const begun = await target.device();
  const [attacker, victim] = [target.office.visitor(), target.office.visitor()];
  const login = await attacker.follow(await attacker.get(begun.verification_uri_complete, { headers: PAGE }));
  const form = login.forms.find((one) => new URL(one.action).pathname === '/login/uni');
  const away = /url=(.*)$/.exec((await attacker.submit(form, { headers: PAGE })).headers.refresh)[1];
  // The victim signs in at the provider, for a login that the attacker began.
  const back = await target.office.university.signIn(victim, await victim.get(away), 'ada', (url) => url.startsWith(target.issuer));
  const end = await victim.follow(await victim.get(back.location, { headers: PAGE }));
  assert.ok(!end.forms.some(({ buttons }) => buttons.some(({ value }) => value === 'allow')), end.text);
  assert.equal(victim.cookie('lanyard'), undefined);
  // And with a session of their own the attacker's request is not theirs.
  const request = new URL((await attacker.get(begun.verification_uri_complete, { headers: PAGE })).location ?? login.url).searchParams.get('request');
  if (request) assertPage(await target.get(`${target.issuer}/authorize/continue?request=${request}`), 401);
  assertRefused(await target.poll(begun), 'authorization_pending');
});

test('attack_079: guessing codes is slowed down, and harms nobody else', async () => {
  const begun = await target.device('device2');
  const guesser = target.office.visitor();
  await target.code('web', {}, { visitor: guesser });
  const statuses = [];
  const page = await guesser.follow(await target.get(`${target.issuer}/device`, guesser));
  const form = page.forms.find((one) => 'user_code' in one.fields);
  for (let guess = 0; guess < 200; ++guess) {
    const user_code = `BCDF${[...String(guess).padStart(4, '0')].map((digit) => 'GHJKLMNPQR'[digit]).join('')}`;
    statuses.push((await guesser.submit(form, { fields: { user_code }, headers: PAGE })).status);
  }
  const wrong = statuses.filter((status) => status === 422).length;
  assert.ok(wrong <= 40, `${wrong} codes could be tried`);
  // A slow machine sits out a wait or two.
  const slowedDown = (list) => list.filter((status) => status === 429).length >= list.length - 5;
  assert.ok(slowedDown(statuses.slice(-100)), statuses.join(' '));
  const slowed = await guesser.submit(form, { fields: { user_code: begun.user_code }, headers: PAGE });
  assert.equal(slowed.status, 429, 'the right one is not told apart');
  assert.ok(Number(slowed.headers['retry-after']) >= 1);
  assertRefused(await target.poll(begun, 'device2'), 'authorization_pending', 'the code of others is unharmed');

  // The proxy says where somebody is.
  const at = (address) => ({ ...PAGE, 'x-forwarded-for': address });
  const code = (number) => `CDFG${[...String(number).padStart(4, '0')].map((digit) => 'GHJKLMNPQR'[digit]).join('')}`;
  const guess = async (visitor, count, place) => {
    const all = [];
    const shown = await visitor.follow(await target.get(`${target.issuer}/device`, visitor));
    const entry = shown.forms.find((one) => 'user_code' in one.fields);
    for (let number = 0; number < count; ++number) all.push((await visitor.submit(entry, { fields: { user_code: code(number) }, headers: at(place(number)) })).status);
    return { wrong: all.filter((status) => status === 422).length, all };
  };
  const { visitor: grace } = await target.admit('grace');
  const roaming = await guess(grace, 200, (number) => `198.51.100.${number}`);
  assert.ok(roaming.wrong <= 40 && slowedDown(roaming.all.slice(-50)), `from 200 addresses: ${roaming.all.join(' ')}`);
  await target.newcomer('linus');
  let many = 0;
  for (let session = 0; session < 20; ++session) {
    const visitor = target.office.visitor();
    await target.code('web', {}, { visitor, who: 'linus' });
    many += (await guess(visitor, 10, () => '203.0.113.5')).wrong;
  }
  assert.ok(many <= 40, `in 20 sessions at one address: ${many}`);
  const { visitor: neighbour } = await target.newcomer('neighbour');
  const shared = await guess(neighbour, 60, () => '203.0.113.5');
  assert.ok(shared.wrong <= 30, `another person at the same address: ${shared.wrong}`);
  // The form behind the first one takes codes too.
  const { visitor: hasty } = await target.newcomer('hasty');
  const own = await target.device();
  const sure = (await target.devicePage(own.user_code, hasty)).forms.find(({ action }) => action.endsWith('/device/confirm'));
  const confirmed = [];
  for (let number = 0; number < 100; ++number) {
    const fields = { user_code: code(number), decision: number % 2 ? 'allow' : 'refuse' };
    confirmed.push((await hasty.submit(sure, { fields, headers: at(`192.0.2.${number}`) })).status);
  }
  assert.ok(confirmed.filter((status) => status !== 429).length <= 40, `at the second form: ${confirmed.join(' ')}`);
  // Whoever has a code, and did not guess, is let through elsewhere, and the code that was looked for is unharmed.
  const { visitor: barbara } = await target.newcomer('barbara');
  const page2 = await target.devicePage(begun.user_code, barbara);
  assert.equal(page2.status, 200, page2.text);
  assert.equal((await target.press(page2, 'allow', barbara)).status, 200);
  assert.equal((await target.poll(begun, 'device2')).status, 200);
});
