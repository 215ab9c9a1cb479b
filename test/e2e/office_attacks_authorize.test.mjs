// Attacks on the authorization endpoint and its pages.

import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';

import { assertPage, assertRefused, NATIVE, newVerifier, startTarget, WEB } from './support/attacks.mjs';
import { PAGE } from './support/site.mjs';

const target = await startTarget({ after });
const { issuer } = target;

// What comes back to the client's own address, as "error".
async function errorOf(client, more, extra) {
  const asked = target.ask(client, more, extra);
  const answer = await target.get(asked.url);
  assert.ok(answer.location?.startsWith(asked.redirect_uri), `${asked.url}: ${answer.status} ${answer.location} ${answer.text.slice(0, 500)}`);
  const { searchParams } = new URL(answer.location);
  assert.equal(searchParams.get('code'), null, asked.url);
  assert.equal(new URL(answer.location).hash, '');
  assert.equal(searchParams.get('iss'), issuer);
  return searchParams.get('error');
}

const NEAR_MISSES = [
  'https://web.example.org/callback/', 'https://web.example.org/callback/x', 'https://web.example.org/callbackx', 'https://web.example.org/',
  'https://web.example.org', 'https://web.example.org/Callback', 'https://WEB.example.org/callback', 'HTTPS://web.example.org/callback',
  'https://web.example.org:443/callback', 'https://web.example.org:8443/callback', 'https://ada@web.example.org/callback',
  'https://web.example.org@evil.example/callback', 'https://web.example.org%2Fcallback', 'https://web.example.org/%63allback',
  'https://web.example.org/x/../callback', 'https://web.example.org/./callback', 'https://web.example.org//callback',
  'https://web.example.org\\callback', 'https://web.example.org/callback#fragment', 'https://web.example.org/callback#',
  'https://web.example.org/callback?x=1', 'https://web.example.org/callback?', 'https://web.example.org/callback\r\nSet-Cookie: a=b',
  'https://web.example.org/callback%0d%0aX: y', 'https://web.example.org.evil.example/callback', 'https://evil.example/?https://web.example.org/callback',
  'http://web.example.org/callback', 'https://3232235777/callback', 'javascript:alert(1)//web.example.org/callback', '//web.example.org/callback',
  'https://web.example.org./callback', ' https://web.example.org/callback', 'https://web.example.org/callback ', 'https://web.example.org/callback\u0000',
];
const NATIVE_MISSES = [
  'http://127.0.0.1:5/callback/', 'http://127.0.0.1:5/other', 'http://127.0.0.2:5/callback', 'http://2130706433:5/callback', 'http://127.1:5/callback',
  'http://0177.0.0.1/callback', 'http://localhost:5/callback', 'http://[::1]:5/callback', 'https://127.0.0.1:5/callback', 'http://127.0.0.1:5@evil.example/callback',
  'http://127.0.0.1:99999/callback', 'http://127.0.0.1:/callback', 'http://127.0.0.1:5/callback?x', 'http://127.0.0.1.evil.example/callback',
];

test('attack_053: no near miss of a redirect address is ever gone to', async () => {
  for (const [client, misses] of [['web', NEAR_MISSES], ['native', NATIVE_MISSES]]) {
    for (const redirect_uri of misses) {
      assertPage(await target.get(target.ask(client, { redirect_uri }).url), 400, `${client} ${JSON.stringify(redirect_uri)}`);
      // Nor with another fault beside it, which may otherwise be told to the client.
      assertPage(await target.get(target.ask(client, { redirect_uri, response_type: 'token' }).url), 400, redirect_uri);
    }
  }
  assertPage(await target.get(target.ask('web', { redirect_uri: undefined }).url), 400, 'none at all');
  assertPage(await target.get(target.ask('nobody').url), 400, 'an unknown client');
  assertPage(await target.get(target.ask('wiki').url), 400, 'an application behind the gate');
  const free = await target.get(target.ask('native', { redirect_uri: 'http://127.0.0.1:5/callback', prompt: 'none' }).url);
  assert.ok(free.location.startsWith('http://127.0.0.1:5/callback?'), 'the port of a loopback address is free');
});

test('attack_055: our own return addresses are names and not URLs', async () => {
  const visitor = target.office.visitor();
  const asked = await visitor.get(target.ask('web').url, { headers: PAGE });
  const { pathname, searchParams } = new URL(asked.location);
  assert.equal(pathname, '/login');
  assert.match(searchParams.get('request'), /^[A-Za-z0-9_-]{43}$/);
  for (const request of ['https://evil.example/', '//evil.example', '/\\evil.example', '/account', '']) {
    const answer = await target.get(`${issuer}/authorize/continue?${new URLSearchParams({ request })}`);
    assertPage(answer, answer.status, request);
    assert.ok(answer.status >= 400, request);
  }
});

test('attack_056: a parameter that is there twice is refused, in whatever place', async () => {
  for (const [name, value] of Object.entries({ scope: 'openid', response_type: 'code', code_challenge: 'x', prompt: 'none', nonce: 'n', max_age: '1', unknown: 'x' })) {
    const twice = `&${name}=${value}&${name}=${value}`;
    assert.equal(await errorOf('web', { [name]: undefined }, twice), 'invalid_request', name);
  }
  for (const [name, value] of Object.entries({ client_id: 'web', redirect_uri: encodeURIComponent(WEB), state: 'x' }))
    assertPage(await target.get(target.ask('web', {}, `&${name}=${value}`).url), 400, name);
  // One in the address and one in the body.
  const asked = new URL(target.ask('web').url);
  assertPage(await target.ada.post(asked.href, { form: { client_id: 'web' }, headers: PAGE }), 400, 'query and body');
});

test('attack_057: nothing but a code is given at this endpoint', async () => {
  for (const response_type of ['token', 'id_token', 'id_token token', 'code token', 'code id_token', 'none', 'code ', 'CODE', 'bogus'])
    assert.equal(await errorOf('web', { response_type }), 'unsupported_response_type', response_type);
  assert.equal(await errorOf('web', { response_type: undefined }), 'invalid_request');
  for (const response_mode of ['fragment', 'form_post', 'web_message', 'jwt', 'bogus'])
    assert.equal(await errorOf('web', { response_mode }), 'invalid_request', response_mode);
});

test('attack_062: without PKCE by SHA-256 there is no code', async () => {
  for (const more of [
    { code_challenge: undefined }, { code_challenge: undefined, code_challenge_method: undefined }, { code_challenge: '' },
    { code_challenge_method: undefined }, { code_challenge_method: 'plain' }, { code_challenge_method: 's256' }, { code_challenge_method: 'S512' },
    { code_challenge: 'short' }, { code_challenge: 'a'.repeat(42) }, { code_challenge: 'a'.repeat(44) }, { code_challenge: `${'a'.repeat(42)}=` },
  ]) for (const client of ['web', 'native']) assert.equal(await errorOf(client, more), 'invalid_request', JSON.stringify(more));
});

test('attack_063 attack_064 attack_065: what comes back from a provider belongs to the browser that left', async () => {
  const [victim, attacker] = [target.office.visitor(), target.office.visitor()];
  const page = await attacker.follow(await attacker.get(target.ask('web').url, { headers: PAGE }));
  const form = page.forms.find((one) => new URL(one.action).pathname === '/login/uni');
  const away = /url=(.*)$/.exec((await attacker.submit(form, { headers: PAGE })).headers.refresh)[1];
  const { university } = target.office;
  const back = await university.signIn(attacker, await attacker.get(away), 'mallory', (url) => url.startsWith(issuer));
  // Refused, or sent to our own page to begin again.
  const stays = ({ status, location }) => assert.ok(status >= 400 || location.startsWith(`${issuer}/login`), `${status} ${location}`);
  // Login CSRF: the victim is led to the attacker's answer.
  const csrf = await victim.get(back.location, { headers: PAGE });
  stays(csrf);
  assert.equal(victim.cookie('lanyard'), undefined, 'the victim is nobody');
  // Mix-up: the answer says that another issuer gave it.
  const mixed = new URL(back.location);
  mixed.searchParams.set('iss', 'https://evil.example');
  const mix = await attacker.get(mixed.href, { headers: PAGE });
  stays(mix);
  // A state is good once, whatever became of it.
  const again = await attacker.get(back.location, { headers: PAGE });
  stays(again);
  assert.equal(attacker.cookie('lanyard'), undefined, 'and so is the attacker');
});

test('attack_066: what was asked for belongs to the browser that brought it', async () => {
  const owner = target.office.visitor();
  const asked = await owner.get(target.ask('web', { state: 'the owner\'s' }).url, { headers: PAGE });
  const request = new URL(asked.location).searchParams.get('request');
  const there = `${issuer}/authorize/continue?request=${request}`;
  // Somebody who is signed in, without that cookie, and with a cookie of another request of their own.
  assertPage(await target.get(there), 401, 'another browser');
  await target.get(target.ask('asks', { prompt: 'consent' }).url);
  assertPage(await target.get(there), 401, 'another browser with its own request');
  // Nor can its consent be given from there.
  const own = await target.get(target.ask('asks', { prompt: 'consent' }).url);
  const form = own.forms.find((one) => new URL(one.action).pathname === '/consent');
  const button = form.buttons.find(({ value }) => value === 'allow');
  assertPage(await target.ada.submit(form, { button, fields: { request }, headers: PAGE }), 401, 'the consent of another browser');
  assert.equal((await owner.get(there, { headers: PAGE })).status, 303, 'it is still good where it belongs');
  // And a form that was not ours.
  const forged = await target.ada.post(`${issuer}/consent`, { form: { request: form.fields.request, decision: 'allow' }, headers: PAGE });
  assertPage(forged, 403, 'without the guard');
});

test('attack_067: the session after a login is a new one', async () => {
  const visitor = target.office.visitor();
  const planted = 'A'.repeat(43);
  visitor.keep(new URL(issuer), `lanyard=${planted}; Path=/`);
  await target.code('web', {}, { visitor });
  const first = visitor.cookie('lanyard').value;
  assert.notEqual(first, planted);
  await target.code('web', { prompt: 'login' }, { visitor });
  assert.notEqual(visitor.cookie('lanyard').value, first, 'also when somebody signs in again');
});

test('attack_068: none of these pages can be framed', async () => {
  const pages = {
    consent: target.ask('asks', { prompt: 'consent' }).url, device: `${issuer}/device`, error: target.ask('nobody').url,
    'sign out': `${issuer}/end_session`, account: `${issuer}/account`, administration: `${issuer}/admin`,
  };
  const login = await target.office.visitor().get(`${issuer}/login`, { headers: PAGE });
  const answers = new Map([['login', login]]);
  for (const [name, url] of Object.entries(pages)) answers.set(name, await target.ada.follow(await target.get(url)));
  for (const [name, answer] of answers) {
    assert.match(answer.headers['content-security-policy'] ?? '', /frame-ancestors 'none'/, name);
    assert.equal(answer.headers['x-frame-options']?.toUpperCase(), 'DENY', name);
  }
});

test('attack_069: a program that can not prove itself is asked about each time', async () => {
  const visitor = target.office.visitor();
  await target.code('native', {}, { visitor }); // allowed once
  for (const redirect_uri of [NATIVE, 'http://127.0.0.1:5555/callback']) {
    const page = await visitor.get(target.ask('native', { redirect_uri }).url, { headers: PAGE });
    assert.equal(page.status, 200);
    assert.ok(page.forms.some(({ action }) => new URL(action).pathname === '/consent'), page.text);
    const silent = await visitor.get(target.ask('native', { redirect_uri, prompt: 'none' }).url, { headers: PAGE });
    assert.equal(new URL(silent.location).searchParams.get('error'), 'consent_required');
  }
  await target.code('asks', {}, { visitor });
  const known = await visitor.get(target.ask('asks').url, { headers: PAGE });
  assert.ok(new URL(known.location).searchParams.get('code'), 'who proves itself is remembered');
  const more = await visitor.get(target.ask('asks', { scope: 'openid email' }).url, { headers: PAGE });
  assert.ok(more.forms.some(({ action }) => new URL(action).pathname === '/consent'), 'and asked about more than before');
});

test('attack_070: scopes that the client is not registered for', async () => {
  for (const scope of ['openid admin', 'openid storage.read:/', 'wlcg.groups', 'role:production', 'openid OPENID', 'openid\topenid', 'openid "x"'])
    assert.equal(await errorOf('web', { scope }), 'invalid_scope', scope);
});

test('attack_071: resources that are not allowed, relative, or have a fragment', async () => {
  for (const resource of ['https://evil.example/', 'https://data.example.org', 'https://data.example.org/#x', '/data', 'data.example.org', 'urn:x', ''])
    assert.equal(await errorOf('web', { resource }), 'invalid_target', resource);
  assert.equal(await errorOf('web', { audience: 'https://evil.example/' }), 'invalid_target');
});

test('attack_084: a pushed request is good once, for a while, for its client', async () => {
  const parameters = () => Object.fromEntries(new URL(target.ask('web').url).searchParams);
  const push = async () => {
    const answer = await target.send('/par', 'web', parameters());
    assert.equal(answer.status, 201, answer.text);
    return answer.json.request_uri;
  };
  const go = (client_id, request_uri) => target.get(`${issuer}/authorize?${new URLSearchParams({ client_id, request_uri })}`);
  const first = await push();
  assertPage(await go('other', first), 400, 'of another client');
  assert.ok(new URL((await go('web', first)).location).searchParams.get('code'));
  assertPage(await go('web', first), 400, 'used before');
  assertPage(await go('web', first.slice(0, -1)), 400, 'truncated');
  assertPage(await go('web', `urn:ietf:params:oauth:request_uri:${newVerifier()}`), 400, 'made up');
  assertRefused(await target.send('/par', 'web', { ...parameters(), request_uri: await push() }), 'invalid_request', 'nested');
  assertRefused(await target.send('/par', 'web', { ...parameters(), client_id: 'other' }), 'invalid_request', 'for another');
  assertRefused(await target.send('/par', 'web', { ...parameters(), redirect_uri: 'https://evil.example/' }), 'invalid_request', 'redirect');
  assertRefused(await target.send('/par', 'nobody', parameters()), 'invalid_client', 'unknown');
  assert.equal(await errorOf('web', { request_uri: 'https://evil.example/request' }), 'request_uri_not_supported');
  assert.equal(await errorOf('web', { request: 'e30.e30.' }), 'request_not_supported');
});

test('attack_092: what was sent is never repeated in what is answered', async () => {
  const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>';
  for (const more of [{ client_id: evil }, { redirect_uri: evil }, { redirect_uri: `https://web.example.org/${evil}` }]) {
    const answer = await target.get(target.ask('web', more).url);
    assertPage(answer, 400, JSON.stringify(more));
    assert.doesNotMatch(answer.text, /alert\(/);
  }
  for (const more of [{ scope: evil }, { response_type: evil }, { prompt: evil }, { max_age: evil }, { resource: evil }, { id_token_hint: evil }, { code_challenge: evil }]) {
    const { location } = await target.get(target.ask('web', { ...more, state: evil }).url);
    const { searchParams } = new URL(location);
    assert.equal(searchParams.get('state'), evil, 'the state alone comes back as it was');
    assert.doesNotMatch(searchParams.get('error_description') + searchParams.get('error'), /alert|[<>"]/, JSON.stringify(more));
  }
  for (const [path, form] of [['/token', { grant_type: evil }], ['/token', { grant_type: 'authorization_code', code: evil }], ['/introspect', { token: evil }], ['/devicecode', { scope: evil }]]) {
    const answer = await target.send(path, path === '/devicecode' ? 'device' : 'web', form);
    assert.match(answer.headers['content-type'], /^application\/json/, path);
    assert.doesNotMatch(answer.text, /alert|<script/, path);
  }
});
