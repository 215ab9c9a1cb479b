// Attacks on how clients prove themselves, on what they may, and on what their tokens are bound to.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';

import { ACCESS, assertRefused, atOnce, challengeOf, DATA, EXCHANGE, newVerifier, payloadOf, said, SCOPE, startTarget } from './support/attacks.mjs';
import { atEnd, temporaryFolder } from './support/ending.mjs';
import { newSecret } from './support/office.mjs';
import { makeCertificates } from './support/tls.mjs';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const keys = await generateKeyPair('ES256', { extractable: true });
const robot = { grant_types: ['client_credentials'], scope: 'storage.read:/data', audiences: [DATA] };
const [ours, theirs] = [makeCertificates({ after }), makeCertificates({ after })];
const exchange = { grant_types: ['token_exchange'], scope: 'openid email', audiences: [DATA, 'https://else.example.org/'] };
const target = await startTarget({ after }, {
  registration: {},
  config: { server: { client_certificate_header: 'X-Client-Certificate', client_certificate_ca_file: ours.caFile } },
  clients: [
    { ...robot, client_id: 'robot', client_secret: newSecret(), token_endpoint_auth_method: 'client_secret' },
    { ...robot, client_id: 'basic', client_secret: newSecret(), token_endpoint_auth_method: 'client_secret_basic' },
    { ...robot, client_id: 'post', client_secret: newSecret(), token_endpoint_auth_method: 'client_secret_post' },
    { ...robot, client_id: 'signed', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256', kid: 'signing' }] } },
    { ...robot, client_id: 'mtls', token_endpoint_auth_method: 'tls_client_auth', tls_subject: 'CN=localhost', require_tls_binding: true },
    { ...exchange, client_id: 'service', client_secret: newSecret(), exchanges_for: ['web', 'service'] },
    { ...exchange, client_id: 'stranger', client_secret: newSecret() },
  ],
});
const { issuer, lanyard } = target;
const grant_type = 'client_credentials';
const now = () => Math.floor(Date.now() / 1000);
const secretOf = (client) => target.clients.get(client).client_secret;

test('attack_054: a redirect address with a pattern is refused when the file is read', async (t) => {
  for (const redirect of ['https://*.example.org/callback', 'https://web.example.org/*', 'https://web.example.org/callback*', 'http://web.example.org/x', 'javascript:alert(1)', 'https://web.example.org/#x', 'https://a@web.example.org/', '/callback']) {
    const config = JSON.parse(readFileSync(lanyard.configFile, 'utf8'));
    config.clients.find(({ id }) => id === 'web').redirect_uris = [redirect];
    const file = join(temporaryFolder(t, 'broken'), 'lanyard.yaml');
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    const checked = await lanyard.run.call({ ...lanyard, configFile: file, env: {}, folder: lanyard.folder }, 'config', 'check');
    assert.notEqual(checked.code, 0, redirect);
    assert.match(checked.stdout + checked.stderr, /redirect_uris/, redirect);
  }
});

test('attack_078: a client is never named as a person is', async () => {
  const { id } = await target.account('ada@example.org');
  assert.match(id, /^[a-z0-9]{15}$/);
  for (const client_id of [id, 'abcdefghijklmno', '012345678901234']) {
    const answer = await target.office.visitor().post(`${lanyard.url}/api/v1/clients`, { json: { client_id, client_name: 'x', grant_types: [grant_type] }, headers: { authorization: `Bearer ${target.adminToken}` } });
    assert.equal(answer.status, 400, answer.text);
  }
  const { json } = await target.token('robot', { grant_type });
  assert.equal(payloadOf(json.access_token).sub, 'robot');
  assert.ok((await target.userinfo(json.access_token)) >= 401, 'a robot is nobody at userinfo');
  for (const more of [{ scope: 'openid' }, { sub: id }, { username: 'ada' }]) {
    const answer = await target.token('robot', { grant_type, ...more });
    if (answer.status === 200) assert.equal(payloadOf(answer.json.access_token).sub, 'robot');
    assert.equal(answer.json.id_token, undefined);
  }
});

test('attack_072: secrets sent twice, in the address, in another way, too long, wrong', async () => {
  const body = (client, client_secret, more = {}) => target.send('/token', undefined, { client_id: client, client_secret, grant_type, ...more });
  const basic = (text) => ({ headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` } });
  assert.equal((await body('robot', secretOf('robot'))).status, 200);
  assertRefused(await target.token('robot', { grant_type, client_id: 'robot', client_secret: secretOf('robot') }), 'invalid_request', 'header and body');
  assertRefused(await target.token('robot', { grant_type, client_assertion: 'a.b.c', client_assertion_type: ASSERTION }), 'invalid_request', 'header and assertion');
  assertRefused(await target.token('robot', { grant_type, client_id: 'basic' }), 'invalid_request', 'two names');
  assertRefused(await target.send(`/token?client_id=robot&client_secret=${secretOf('robot')}`, undefined, { grant_type }), 'invalid_request', 'in the address');
  assertRefused(await body('basic', secretOf('basic')), 'invalid_client', 'in the body where the header is registered');
  assertRefused(await target.token('post', { grant_type }), 'invalid_client', 'in the header where the body is registered');
  assertRefused(await body('signed', 'x'), 'invalid_client', 'a secret instead of a signature');
  assertRefused(await target.send('/token', undefined, { client_id: 'robot', grant_type }), 'invalid_client', 'nothing at all');
  assertRefused(await target.send('/token', undefined, { client_id: 'signed', grant_type }), 'invalid_client', 'no signature');
  assertRefused(await body('robot', 'x'.repeat(50_000)), 'invalid_client', '50 kB');
  const long = await body('robot', 'x'.repeat(1_000_000));
  assert.equal(long.status, 413, '1 MB');
  for (const [text, error] of [['robot:', 'invalid_client'], ['robot', 'invalid_client'], [':', 'invalid_client'], [`robot:${secretOf('robot')}x`, 'invalid_client'], [`Robot:${secretOf('robot')}`, 'invalid_client']]) {
    const answer = await target.send('/token', undefined, { grant_type }, basic(text));
    assertRefused(answer, error, text);
    assert.equal(answer.status, 401);
    assert.match(answer.headers['www-authenticate'], /^Basic /);
  }
});

test('attack_072: assertions for others, used before, unsigned, too long, of another key', async () => {
  const make = (claims = {}, { key = keys.privateKey, alg = 'ES256' } = {}) => {
    const all = { iss: 'signed', sub: 'signed', aud: issuer, iat: now(), exp: now() + 60, jti: newVerifier(), ...claims };
    return new SignJWT(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))).setProtectedHeader({ alg, kid: 'signing' }).sign(key);
  };
  const send = (client_assertion, client_assertion_type = ASSERTION) => target.send('/token', undefined, { grant_type, client_assertion, client_assertion_type });
  const good = await make();
  assert.equal((await send(good)).status, 200);
  assertRefused(await send(good), 'invalid_client', 'used before');
  const same = await make();
  const answers = await atOnce(10, () => send(same));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(said).join(' '));
  const jwk = await exportJWK(keys.publicKey);
  const other = (await generateKeyPair('ES256')).privateKey;
  const cases = {
    'aud of the token endpoint': { aud: `${issuer}/token` }, 'aud with a slash': { aud: `${issuer}/` }, 'aud of somebody': { aud: 'https://evil.example' }, 'several aud': { aud: [issuer, 'https://evil.example'] },
    'no aud': { aud: undefined }, 'no exp': { exp: undefined }, 'exp of a year': { exp: now() + 365 * 86_400 }, past: { exp: now() - 600, iat: now() - 700 }, 'no jti': { jti: undefined },
    'another iss': { iss: 'robot' }, 'another sub': { sub: 'robot' },
  };
  for (const [name, claims] of Object.entries(cases)) assertRefused(await send(await make(claims)), 'invalid_client', name);
  assertRefused(await send(await make({}, { key: other })), 'invalid_client', 'another key');
  assertRefused(await send(await make({}, { key: new TextEncoder().encode(JSON.stringify(jwk)), alg: 'HS256' })), 'invalid_client', 'HMAC with the public key');
  const [, payload] = (await make()).split('.');
  assertRefused(await send(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`), 'invalid_client', 'alg none');
  assertRefused(await send(await make(), 'urn:bogus'), 'invalid_request', 'another type');
});

test('attack_077: an exchange gives less, to whom it is allowed, and of what is alive', async () => {
  const trade = (subject_token, more = {}, client = 'service') => target.token(client, { grant_type: EXCHANGE, subject_token, subject_token_type: ACCESS, ...more });
  const tokens = await target.tokens('web', { scope: 'openid email' });
  const good = await trade(tokens.access_token);
  assert.equal(good.status, 200, good.text);
  const claims = payloadOf(good.json.access_token);
  assert.deepEqual([claims.act, claims.client_id, claims.scope, good.json.issued_token_type, good.json.refresh_token], [{ sub: 'service' }, 'service', 'openid email', ACCESS, undefined]);
  assert.ok(claims.exp <= payloadOf(tokens.access_token).exp);
  assertRefused(await trade(tokens.access_token, { scope: 'openid profile' }), 'invalid_scope', 'wider than the client');
  const narrow = await target.tokens('web', { scope: 'openid' });
  assertRefused(await trade(narrow.access_token, { scope: 'openid email' }), 'invalid_scope', 'wider than the token');
  const forData = await target.tokens('web', { scope: 'openid email', resource: DATA });
  assertRefused(await trade(forData.access_token, { audience: 'https://else.example.org/' }), 'invalid_target', 'for somebody else');
  assertRefused(await trade(tokens.access_token, { resource: 'https://evil.example/' }), 'invalid_target', 'not registered');
  assertRefused(await trade(tokens.access_token, {}, 'stranger'), 'invalid_request', 'an actor that may not');
  assertRefused(await trade(tokens.access_token, {}, 'web'), 'unauthorized_client', 'a client without the grant');
  assertRefused(await trade(tokens.access_token, { actor_token: good.json.access_token, actor_token_type: ACCESS }), 'invalid_request', 'an actor token');
  assertRefused(await trade(await target.office.university.mint({ aud: issuer })), 'invalid_request', 'a foreign token');
  for (const what of ['id_token', 'refresh_token']) assertRefused(await trade(tokens[what] ?? 'x'), 'invalid_request', what);
  const [, payload] = tokens.access_token.split('.');
  assertRefused(await trade(`${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`), 'invalid_request', 'unsigned');
  for (const subject_token_type of ['urn:ietf:params:oauth:token-type:id_token', 'urn:ietf:params:oauth:token-type:refresh_token', 'urn:x', ''])
    assertRefused(await trade(tokens.access_token, { subject_token_type }), 'invalid_request', subject_token_type);
  assertRefused(await trade(tokens.access_token, { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }), 'invalid_request', 'asking for more than an access token');
  const robot = (await target.token('robot', { grant_type })).json.access_token;
  assertRefused(await trade(robot), 'invalid_request', 'of a client that is not named');
  for (const [what, end, back] of [['suspended', 'suspend', 'restore'], ['closed', 'close']]) {
    const { visitor, account } = await target.admit('grace');
    const hers = (await target.tokens('web', { scope: 'openid email' }, { visitor, who: 'grace' })).access_token;
    const traded = (await trade(hers)).json.access_token;
    await target.admin('POST', `/accounts/${account.id}/${end}`, { reason: 'a test' });
    assertRefused(await trade(hers), 'invalid_request', `the person is ${what}`);
    assertRefused(await trade(traded), 'invalid_request', `the person is ${what}, once removed`);
    assert.equal(await target.isActive(traded, 'service'), false);
    if (back) await target.admin('POST', `/accounts/${account.id}/${back}`, { reason: 'a test' });
  }
  let link = tokens.access_token;
  for (let depth = 1; depth <= 5; ++depth) link = (await trade(link)).json.access_token;
  assertRefused(await trade(link), 'invalid_request', 'a chain of six');
  await target.send('/revoke', 'web', { token: narrow.access_token });
  assertRefused(await trade(narrow.access_token), 'invalid_request', 'revoked');
  await target.send('/revoke', 'web', { token: tokens.refresh_token });
  assertRefused(await trade(tokens.access_token), 'invalid_request', 'the grant has ended');
  assert.equal(await target.isActive(good.json.access_token, 'service'), false, 'and what it was exchanged for with it');
});

test('attack_085: a proof fits its request, its time and its token, once', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const prove = (claims = {}, { path = '/token', htm = 'POST', key = privateKey, header = {}, ath } = {}) =>
    new SignJWT({ htm, htu: issuer + path, iat: now(), jti: newVerifier(), ...(ath && { ath }), ...claims }).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header }).sign(key);
  const redeem = async (dpop) => target.redeem(await target.code('native', { scope: SCOPE }), {}, { headers: { dpop } });
  const secret = await exportJWK(privateKey);
  const bad = {
    'another address': await prove({ htu: `${issuer}/userinfo` }), 'another host': await prove({ htu: 'https://evil.example/token' }), 'another method': await prove({ htm: 'GET' }),
    old: await prove({ iat: now() - 3600 }), future: await prove({ iat: now() + 3600 }), 'a private key': await prove({}, { header: { jwk: secret } }),
    'another kind': await prove({}, { header: { typ: 'JWT' } }), 'another key\'s signature': await prove({}, { key: (await generateKeyPair('ES256')).privateKey }), 'no jti': await prove({ jti: undefined }),
  };
  for (const [name, dpop] of Object.entries(bad)) {
    const answer = await redeem(dpop);
    assert.ok(['400 invalid_dpop_proof', '400 use_dpop_nonce'].includes(said(answer)), `${name}: ${said(answer)}`);
  }
  assertRefused(await redeem([await prove(), await prove()]), 'invalid_dpop_proof', 'two proofs');
  const proof = await prove();
  const { json } = await redeem(proof);
  assert.equal(json.token_type, 'DPoP');
  assertRefused(await redeem(proof), 'invalid_dpop_proof', 'a proof that was used');
  const ath = challengeOf(json.access_token);
  const show = async (authorization, dpop) => (await target.office.visitor().get(`${issuer}/userinfo`, { headers: { authorization, ...(dpop && { dpop }) } })).status;
  const there = { path: '/userinfo', htm: 'GET', ath };
  assert.equal(await show(`DPoP ${json.access_token}`, await prove({}, there)), 200);
  assert.equal(await show(`Bearer ${json.access_token}`), 401, 'a bound token as a bearer');
  assert.equal(await show(`Bearer ${json.access_token}`, await prove({}, there)), 401);
  assert.ok([400, 401].includes(await show(`DPoP ${json.access_token}`)), 'without a proof');
  assert.ok([400, 401].includes(await show(`DPoP ${json.access_token}`, await prove({}, { ...there, ath: challengeOf('x') }))), 'of another token');
  assertRefused(await target.refresh('native', json.refresh_token), 'invalid_grant', 'refreshing without the key');
});

test('attack_086: the certificate of another authority, and a header that no proxy of ours has set', async () => {
  const ask = (certificate, { from = '127.0.0.1', more = {} } = {}) => new Promise((resolve, reject) => {
    const form = new URLSearchParams({ client_id: 'mtls', grant_type }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(certificate && { 'x-client-certificate': encodeURIComponent(certificate) }), ...more };
    const sending = httpRequest(`${issuer}/token`, { method: 'POST', headers, localAddress: from, agent: false }, (message) => {
      let text = '';
      message.on('data', (part) => { text += part; }).on('end', () => resolve({ status: message.statusCode, text, json: JSON.parse(text) }));
    });
    sending.on('error', reject).end(form);
  });
  const good = await ask(ours.certificate);
  assert.equal(good.status, 200, good.text);
  assert.ok(payloadOf(good.json.access_token).cnf['x5t#S256']);
  assertRefused(await ask(theirs.certificate), 'invalid_client', 'the same subject of another authority');
  assertRefused(await ask(ours.ca), 'invalid_client', 'another subject');
  assertRefused(await ask(''), 'invalid_client', 'none');
  assert.equal((await ask('rubbish')).status, 400);
  assertRefused(await ask(ours.certificate, { from: '127.0.0.3' }), 'invalid_client', 'past the proxy');
  assertRefused(await ask(ours.certificate, { from: '127.0.0.3', more: { 'x-forwarded-for': '127.0.0.1' } }), 'invalid_client', 'past the proxy, with its name');
  assert.ok((await target.userinfo(good.json.access_token)) >= 401);
});

test('attack_089: what a stranger registers is refused, left out or shown as text, and nothing that it names is fetched', async (t) => {
  const heard = [];
  const inner = createServer((request, response) => { heard.push(request.url); response.end('{"keys":[]}'); });
  await new Promise((resolve) => inner.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => inner.close());
  const inside = `http://127.0.0.1:${inner.address().port}`;
  let count = 0;
  const register = (metadata) => target.office.visitor().post(`${issuer}/register`, { json: { redirect_uris: ['https://app.example.org/back'], ...metadata }, headers: { 'x-forwarded-for': `198.51.100.${++count}` } });
  const bad = {
    'keys over plain http': { jwks_uri: 'http://keys.example.org/jwks' }, 'keys in a file': { jwks_uri: 'file:///etc/passwd' }, 'keys in two places': { jwks: { keys: [] }, jwks_uri: 'https://keys.example.org/jwks' },
    'a script as logo': { logo_uri: 'javascript:alert(1)' }, 'a picture with a script': { logo_uri: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' },
    'a script as page': { client_uri: 'javascript:alert(1)' }, 'a script as policy': { policy_uri: ' javascript:alert(1)' }, 'a file as terms': { tos_uri: 'file:///etc/passwd' },
    'a thousand addresses': { redirect_uris: Array.from({ length: 1000 }, (_, index) => `https://app.example.org/${index}`) }, 'a name of 10 kB': { client_name: 'x'.repeat(10_000) }, 'a name of two lines': { client_name: 'a\nb' },
    'a name that turns the text around': { client_name: 'A good \u202edrawkcab\u202c one' }, 'no name at all': { client_name: ' ' }, 'a thousand contacts': { contacts: Array(1000).fill('a@example.org') },
    'a script as way back': { redirect_uris: ['javascript:alert(1)'] }, 'a pattern as way back': { redirect_uris: ['https://*.example.org/'] }, 'a way back with a user': { redirect_uris: ['https://web.example.org@evil.example/'] },
    'plain http': { redirect_uris: ['http://app.example.org/'] }, 'a text for a list': { redirect_uris: 'https://app.example.org/' }, 'the device flow with another proof': { token_endpoint_auth_method: 'client_secret_jwt' },
    'a way out with a script': { post_logout_redirect_uris: ['javascript:alert(1)'] }, 'HMAC for ID tokens': { id_token_signed_response_alg: 'HS256' }, 'no signature for ID tokens': { id_token_signed_response_alg: 'none' },
  };
  for (const [name, metadata] of Object.entries(bad)) {
    const answer = await register(metadata);
    assert.equal(answer.status, 400, `${name}: ${answer.status} ${answer.text}`);
    assert.match(answer.json.error, /^invalid_(client_metadata|redirect_uri)$/, name);
  }
  for (const body of ['[]', '"x"', '{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}', `{"client_name":${'['.repeat(5000)}`, '']) {
    const answer = await target.office.visitor().post(`${issuer}/register`, { body, headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${++count}` } });
    assert.equal(answer.status, 400, body.slice(0, 40));
  }
  // What looks like us, or like a page, is text under a warning; what it names is passed over.
  const names = ['Lanyard', 'web', '<img src=x onerror=alert(1)><script>alert(1)</script>', '{{7*7}}', '"><a href="https://evil.example">Go on</a>'];
  for (const client_name of names) {
    const more = { sector_identifier_uri: `${inside}/sector`, backchannel_logout_uri: `${inside}/out`, initiate_login_uri: `${inside}/in`, request_uris: [`${inside}/request`], software_statement: 'a.b.c', logo_uri: 'https://evil.example/logo.svg' };
    const made = await register({ client_name, client_id: 'web', client_secret: 'mine', scope: 'openid admin', grant_types: ['authorization_code', grant_type], ...more });
    assert.equal(made.status, 201, made.text);
    assert.notEqual(made.json.client_id, 'web');
    assert.notEqual(made.json.client_secret, 'mine');
    assert.deepEqual([made.json.scope, made.json.grant_types, made.json.backchannel_logout_uri], ['openid', ['authorization_code'], undefined]);
    const page = await target.get(target.ask(made.json.client_id, { redirect_uri: 'https://app.example.org/back' }).url);
    assert.equal(page.status, 200, page.text);
    assert.match(page.text, /Nobody at this site has checked this application/);
    assert.doesNotMatch(page.text, /<img|<script|onerror=alert\(1\)>|<a href="https:\/\/evil|49/, client_name);
  }
  assert.deepEqual(heard, [], 'nothing of it is fetched');
  // Keys at an address are asked for when they are needed, and never inside.
  for (const jwks_uri of ['https://169.254.169.254/keys', 'https://10.0.0.1/keys', 'https://[fd00::1]/keys', 'https://0x0a000001/keys', 'https://metadata.internal./keys']) {
    const made = await register({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri });
    if (made.status !== 201) continue;
    const { client_id } = made.json;
    const client_assertion = await new SignJWT({ iss: client_id, sub: client_id, aud: issuer, iat: now(), exp: now() + 60, jti: newVerifier() }).setProtectedHeader({ alg: 'ES256', kid: 'x' }).sign(keys.privateKey);
    const began = Date.now();
    const answer = await target.send('/token', undefined, { grant_type: 'authorization_code', code: 'x', client_assertion, client_assertion_type: ASSERTION });
    assert.ok(answer.status >= 400 && answer.json.access_token === undefined, `${jwks_uri}: ${answer.status}`);
    assert.doesNotMatch(answer.text, /169\.254|10\.0\.0\.1|fd00|refused|internal\./, 'nobody learns what is there');
    assert.ok(Date.now() - began < 4000, `${jwks_uri}: ${Date.now() - began} ms`);
  }
});

test('attack_091: bodies that are too large or have too many parameters', async () => {
  const post = (body) => target.office.visitor().post(`${issuer}/token`, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }).catch((fault) => ({ status: fault.code }));
  assert.ok([413, 'EPIPE', 'ECONNRESET'].includes((await post(`code=${'x'.repeat(5_000_000)}`)).status));
  const many = await post(Array.from({ length: 10_000 }, (_, index) => `a${index}`).join('&'));
  assert.ok([400, 413].includes(many.status), `${many.status}`);
  for (const count of [201, 100_000]) assert.ok([400, 413].includes((await post('a=b&'.repeat(count))).status), `${count} parameters`);
  assertRefused(await post('grant_type=%'), 'invalid_request');
  assertRefused(await target.office.visitor().post(`${issuer}/token`, { json: { grant_type } }), 'invalid_request', 'JSON');
});

// Last: from then on this address has to wait.
test('attack_073: guessing a secret is slowed down, and the client itself is not locked out', async () => {
  const guess = (client, secret) => target.send('/token', undefined, { client_id: client, client_secret: secret, grant_type });
  const answers = [];
  for (let index = 0; index < 25; ++index) answers.push(await guess('post', newSecret()));
  assert.ok(answers.filter(({ status }) => status === 400).length <= 20, answers.map(said).join(' '));
  const last = answers.at(-1);
  assert.equal(last.status, 429, last.text);
  assert.ok(Number(last.headers['retry-after']) >= 1);
  assert.equal((await guess('post', secretOf('post'))).status, 429, 'the right one is not told apart meanwhile');
  assert.equal((await target.token('robot', { grant_type })).status, 200, 'who proved itself here lately goes on');
});
