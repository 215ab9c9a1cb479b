// Attacks on signing out and on the endpoints that take a token.

import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';

import { assertPage, assertRefused, payloadOf, SCOPE, startTarget } from './support/attacks.mjs';
import { PAGE } from './support/site.mjs';

const target = await startTarget({ after });
const { issuer } = target;
const bye = 'https://web.example.org/bye';
const leave = (parameters, visitor = target.ada) => target.get(`${issuer}/end_session?${new URLSearchParams(parameters)}`, visitor);
const isSignedIn = async () => (await target.get(`${issuer}/account`)).status === 200;

// Changes one letter in the middle of the payload.
function altered(token) {
  const [head, payload, signature] = token.split('.');
  const claims = { ...payloadOf(token), sub: 'aaaaaaaaaaaaaaa' };
  assert.notEqual(payload, '');
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

test('attack_087: nobody is signed out by an image, a hint alone, or another site\'s form', async () => {
  const { id_token: id_token_hint } = await target.tokens('web');
  const image = await target.ada.get(`${issuer}/end_session?${new URLSearchParams({ id_token_hint, post_logout_redirect_uri: bye })}`, { headers: { accept: 'image/*', 'sec-fetch-dest': 'image' } });
  assert.equal(image.location, undefined, 'it asks first');
  assert.ok(await isSignedIn());
  for (const path of ['/end_session', '/logout']) {
    for (const form of [{ id_token_hint }, { csrf: 'x' }, {}]) {
      const answer = await target.ada.post(`${issuer}${path}`, { form, headers: { ...PAGE, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
      assert.ok(!answer.location || answer.location.startsWith(issuer), answer.location);
      assert.ok(await isSignedIn(), path);
    }
    await target.get(`${issuer}${path}`);
    assert.ok(await isSignedIn(), `GET ${path}`);
  }
});

test('attack_087: an altered hint and an address that is not registered lead nowhere', async () => {
  const tokens = await target.tokens('web');
  const { id_token: hint } = tokens;
  const cases = {
    'altered hint': { id_token_hint: altered(hint), post_logout_redirect_uri: bye },
    'without signature': { id_token_hint: `${hint.split('.').slice(0, 2).join('.')}.`, post_logout_redirect_uri: bye },
    'alg none': { id_token_hint: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${hint.split('.')[1]}.`, post_logout_redirect_uri: bye },
    'an access token': { id_token_hint: tokens.access_token, post_logout_redirect_uri: bye },
    'another client': { id_token_hint: hint, client_id: 'other', post_logout_redirect_uri: bye },
    'not registered': { id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/' },
    'nearly registered': { id_token_hint: hint, post_logout_redirect_uri: `${bye}/` },
    'with a query': { id_token_hint: hint, post_logout_redirect_uri: `${bye}?x` },
    'an address to sign in': { id_token_hint: hint, post_logout_redirect_uri: 'https://web.example.org/callback' },
    'of another client': { client_id: 'other', post_logout_redirect_uri: bye },
    'of nobody': { post_logout_redirect_uri: bye },
    'an unknown client': { client_id: 'nobody', post_logout_redirect_uri: bye },
  };
  for (const visitor of [target.ada, target.office.visitor()])
    for (const [name, parameters] of Object.entries(cases)) assertPage(await leave(parameters, visitor), 400, name);
  const twice = await target.get(`${issuer}/end_session?client_id=web&client_id=other&post_logout_redirect_uri=${encodeURIComponent(bye)}`);
  assertPage(twice, 400, 'two clients');
  assert.ok(await isSignedIn());
  const asks = await leave({ id_token_hint: hint, post_logout_redirect_uri: bye, state: 's' });
  assertPage(asks, 200);
  assert.ok(asks.forms.some(({ action }) => new URL(action).pathname === '/end_session'));
});

test('attack_088: nobody can sign people out with a logout token of their own making', async () => {
  const tokens = await target.tokens('web');
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const claims = { iss: target.office.university.issuer, aud: 'lanyard', sub: 'ada', iat: Math.floor(Date.now() / 1000), jti: 'x', events };
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = [
    `${encode({ alg: 'none', typ: 'logout+jwt' })}.${encode(claims)}.`,
    `${encode({ alg: 'HS256', typ: 'logout+jwt' })}.${encode({ ...claims, nonce: 'n' })}.AAAA`,
    await target.office.university.mint({ ...claims, aud: 'somebody else' }, { typ: 'logout+jwt' }),
    tokens.id_token,
  ];
  for (const path of ['/end_session', '/logout', '/backchannel_logout', '/login/backchannel/uni', '/login/callback/uni']) {
    for (const logout_token of forged) {
      const { status } = await target.office.visitor().post(`${issuer}${path}`, { form: { logout_token } });
      assert.ok(status < 500, `${path}: ${status}`);
    }
  }
  assert.ok(await isSignedIn());
  assert.equal((await target.refresh('web', tokens.refresh_token)).status, 200);
});

test('attack_090: a token in the address, two at once, or of another kind is refused', async () => {
  const tokens = await target.tokens('web', { scope: SCOPE });
  const token = tokens.access_token;
  const visitor = target.office.visitor();
  const bearer = { authorization: `Bearer ${token}` };
  const cases = {
    'in the address': [400, 'get', `?access_token=${token}`, {}],
    'in the address too': [400, 'get', `?access_token=${token}`, { headers: bearer }],
    'twice in the address': [400, 'get', `?access_token=${token}&access_token=x`, { headers: bearer }],
    'in header and body': [400, 'post', '', { headers: bearer, form: { access_token: token } }],
    'twice in the body': [400, 'post', '', { form: [['access_token', token], ['access_token', token]] }],
    'two headers': [400, 'get', '', { headers: { authorization: [`Bearer ${token}`, `Bearer ${token}`] } }],
    'with Basic': [400, 'get', '', { headers: { authorization: 'Basic YTpi' } }],
    'an ID token': [401, 'get', '', { headers: { authorization: `Bearer ${tokens.id_token}` } }],
    'a refresh token': [401, 'get', '', { headers: { authorization: `Bearer ${tokens.refresh_token}` } }],
    altered: [401, 'get', '', { headers: { authorization: `Bearer ${altered(token)}` } }],
    nothing: [401, 'get', '', {}],
  };
  for (const [name, [status, method, query, options]] of Object.entries(cases)) {
    const answer = await visitor[method](`${issuer}/userinfo${query}`, options);
    assert.equal(answer.status, status, `${name}: ${answer.text}`);
    assert.doesNotMatch(answer.text, /ada@example/, name);
    if (status === 401) assert.match(answer.headers['www-authenticate'], /^Bearer/, name);
  }
  const bare = await visitor.get(`${issuer}/userinfo`);
  assert.doesNotMatch(bare.headers['www-authenticate'], /error=/, 'no error where nothing was shown');
  assert.equal((await visitor.get(`${issuer}/userinfo`, { headers: { authorization: `bearer ${token}` } })).status, 200, 'a scheme has no case');
  assert.equal((await visitor.post(`${issuer}/userinfo`, { form: { access_token: token } })).status, 200);
  // An ID token is no access token for those who ask either, and others learn nothing.
  for (const thing of [tokens.id_token, altered(token), 'x', 'a.b.c'])
    assert.deepEqual((await target.send('/introspect', 'web', { token: thing })).json, { active: false });
  assert.deepEqual((await target.send('/introspect', 'other', { token })).json, { active: false });
  assert.deepEqual((await target.send('/introspect', 'other', { token: tokens.refresh_token })).json, { active: false });
  assertRefused(await target.send('/introspect', 'native', { token }), 'invalid_client', 'a public client');
  assertRefused(await target.send('/introspect', undefined, { token }), 'invalid_client', 'nobody');
});
