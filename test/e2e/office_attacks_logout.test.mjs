// Attacks on signing out and on the endpoints that take a token.

import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';

import { exportJWK, generateKeyPair } from 'jose';

import { assertPage, assertRefused, atOnce, payloadOf, SCOPE, sendFrom, startTarget } from './support/attacks.mjs';
import { until } from './support/ending.mjs';
import { startProvider } from './support/provider.mjs';
import { PAGE, signIn, startSite } from './support/site.mjs';

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

// The certified provider as it sends logout tokens to Lanyard, and what somebody else makes of such a token.
test('attack_088: a sign-out at the provider ends what came from it, and nothing else does', async (t) => {
  const { lanyard, provider } = await startSite(t, {
    provider: await startProvider(t, { host: '127.0.0.2', remember: true, configuration: { features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true } } } }),
  });
  const place = `${lanyard.url}/login/backchannel/uni`;
  Object.assign(provider.clients[0], { backchannel_logout_uri: place, backchannel_logout_session_required: true });
  provider.rebuild();
  const isIn = async (client) => (await client.get(`${lanyard.url}/account`, { headers: PAGE })).status === 200;
  const [here, there] = [(await signIn(lanyard, provider, 'ada')).client, (await signIn(lanyard, provider, 'ada')).client];
  assert.ok(await isIn(here) && await isIn(there));

  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const make = (claims = {}, options = {}) => provider.mint({ aud: 'lanyard', events, nbf: undefined, ...claims }, { typ: 'logout+jwt', ...options });
  const from = (address, logout_token) => sendFrom(address, place, new URLSearchParams({ logout_token }).toString());
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [, payload] = (await make()).split('.');
  const stranger = await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey);
  const forged = {
    'alg none': `${encode({ alg: 'none', typ: 'logout+jwt' })}.${payload}.`, 'alg none and something': `${encode({ alg: 'none' })}.${payload}.AAAA`,
    'a key of somebody else': await make({}, { key: { ...stranger, kid: provider.key().kid } }), nonce: await make({ nonce: 'n' }),
    'another aud': await make({ aud: 'somebody' }), 'another iss': await make({ iss: 'https://evil.example' }), 'no events': await make({ events: undefined }),
    'no jti': await make({ jti: undefined }), nobody: await make({ sub: undefined }), old: await make({ iat: 1, exp: 2 }), 'an ID token': await make({ events: undefined, nonce: 'n' }, { typ: 'JWT' }),
  };
  for (const [name, token] of Object.entries(forged)) assert.equal((await from('127.0.0.9', token)).status, 400, name);
  const keys = provider.counts.jwks;
  const flood = await atOnce(200, async (index) => from('127.0.0.8', await make({ aud: `somebody ${index}` })));
  assert.deepEqual([...new Set(flood.map(({ status }) => status))].sort(), [400, 429]);
  assert.ok(flood.filter(({ status }) => status === 400).length <= 60 + 16, 'those that were under way may still be looked at');
  assert.ok(provider.counts.jwks <= keys + 1, 'the provider is not asked for each of them');
  assert.ok(await isIn(here) && await isIn(there));

  // The real thing: at the provider's own page.
  const asks = await here.get(`${provider.issuer}/session/end`);
  const ended = await here.submit(asks.forms[0], { fields: { logout: 'yes' } });
  assert.ok(ended.status < 400, ended.text);
  await until('the session to end', async () => !(await isIn(here)));
  assert.ok(await isIn(there), 'another session of the same person there goes on');
  assert.deepEqual(lanyard.events('signin.logout_heard').map(({ provider: id, sessions }) => [id, sessions]), [['uni', 1]]);

  const good = await make({ sub: 'ada' });
  const twice = await atOnce(20, () => from('127.0.0.7', good));
  assert.equal(twice.filter(({ status }) => status === 200).length, 1, twice.map(({ status }) => status).join(' '));
  assert.ok(!(await isIn(there)), 'a token without a session is about all of them');
  const again = (await signIn(lanyard, provider, 'ada')).client;
  assert.equal((await from('127.0.0.6', good)).status, 400, 'and is good once');
  assert.ok(await isIn(again));
  assert.ok(!lanyard.logText.includes(good.split('.')[1]), 'no token in the log');
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
