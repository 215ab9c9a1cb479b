// The certified client library openid-client, unchanged, as a dozen sorts of application.

import { strict as assert } from 'node:assert';
import { after, describe, test } from 'node:test';

import { decodeJwt, decodeProtectedHeader, exportJWK } from 'jose';

import { freePort } from './support/ending.mjs';
import { DEVICE, IS_REFERENCE, needsOf, newSecret, startOffice } from './support/office.mjs';
import { configure, makeKeys, openid, signIn } from './support/openid_client.mjs';

const WEB = 'https://web.example.org/callback';
const secrets = { excused: newSecret(), basic: newSecret(), post: newSecret(), pushed: newSecret(), robot: newSecret() };
const { privateKey, publicKey } = await makeKeys();
const web = { redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: 'openid profile email offline_access' };
const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'signing' };
const office = await startOffice({ after }, {
  clients: [
    { ...web, client_id: 'basic', client_secret: secrets.basic, token_endpoint_auth_method: 'client_secret_basic', post_logout_redirect_uris: ['https://web.example.org/bye'] },
    ...(IS_REFERENCE ? [] : [{ ...web, client_id: 'excused', client_secret: secrets.excused, pkce_exception: true }]),
    { ...web, client_id: 'post', client_secret: secrets.post, token_endpoint_auth_method: 'client_secret_post' },
    { ...web, client_id: 'pushed', client_secret: secrets.pushed, token_endpoint_auth_method: 'client_secret_basic', require_pushed_authorization_requests: true },
    { ...web, client_id: 'signed', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } },
    { ...web, client_id: 'native', application_type: 'native', redirect_uris: ['http://127.0.0.1/callback'], token_endpoint_auth_method: 'none' },
    { client_id: 'device', application_type: 'native', grant_types: [DEVICE, 'refresh_token'], scope: web.scope, token_endpoint_auth_method: 'none' },
    { client_id: 'robot', client_secret: secrets.robot, grant_types: ['client_credentials'], scope: 'openid', token_endpoint_auth_method: 'client_secret_basic' },
  ],
});

const basic = (id = 'basic') => configure(office, id, { auth: openid.ClientSecretBasic(secrets[id]) });
// What this is about must stand in the discovery document.
const needs = (name, members, what) => test(name, async (t) => {
  await needsOf(office, ...members);
  await what(t);
});
const CODE = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'];
const refused = (promise, error) => assert.rejects(promise, (fault) => {
  assert.equal(fault.error ?? fault.code, error, fault.stack);
  return true;
});

describe('openid-client', () => {
  needs('finds everything in the discovery document', CODE, async () => {
    const found = (await basic()).serverMetadata();
    assert.equal(found.issuer, office.issuer);
    assert.ok(found.supportsPKCE());
    for (const member of ['userinfo_endpoint', 'introspection_endpoint', 'revocation_endpoint', 'end_session_endpoint']) assert.ok(found[member], member);
    for (const method of ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']) assert.ok(found.token_endpoint_auth_methods_supported.includes(method), method);
  });

  needs('signs in with its secret in the header, and asks who that was', CODE, async () => {
    const config = await basic();
    const { tokens, claims } = await signIn(office, config, WEB);
    assert.equal(tokens.token_type, 'bearer');
    assert.ok(tokens.expires_in > 0);
    assert.equal(claims.aud, 'basic');
    const person = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.deepEqual([person.name, person.email, person.email_verified], ['Ada Lovelace', 'ada@example.org', true]);
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, 'RS256');
  });

  test('attack_062: signs in as software does that sends neither PKCE nor a nonce, where that is allowed, and nowhere else', { skip: IS_REFERENCE }, async () => {
    const asked = { redirect_uri: WEB, scope: 'openid profile email', state: openid.randomState() };
    const config = await basic('excused');
    const callback = await office.authorize(openid.buildAuthorizationUrl(config, asked), WEB);
    const tokens = await openid.authorizationCodeGrant(config, callback, { expectedState: asked.state });
    assert.equal(tokens.claims().aud, 'excused');
    const { claims } = await signIn(office, config, WEB);
    assert.equal(claims.aud, 'excused', 'with PKCE as well');
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const challenged = { ...asked, code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256' };
    const held = await office.authorize(openid.buildAuthorizationUrl(config, challenged), WEB);
    await refused(openid.authorizationCodeGrant(config, held, { expectedState: asked.state }), 'invalid_grant');
    const refusal = await office.authorize(openid.buildAuthorizationUrl(await basic(), asked), WEB);
    assert.equal(refusal.searchParams.get('error'), 'invalid_request');
    assert.match(office.logText, /config\.warning.*excused.*PKCE/);
  });

  needs('signs in with its secret in the body', CODE, async () => {
    const { claims } = await signIn(office, await configure(office, 'post', { auth: openid.ClientSecretPost(secrets.post) }), WEB);
    assert.equal(claims.aud, 'post');
  });

  needs('signs in with a signature instead of a secret', CODE, async () => {
    const config = await configure(office, 'signed', { auth: openid.PrivateKeyJwt({ key: privateKey, kid: 'signing' }) });
    const { tokens } = await signIn(office, config, WEB);
    const other = (await makeKeys()).privateKey;
    const forger = await configure(office, 'signed', { auth: openid.PrivateKeyJwt({ key: other, kid: 'signing' }) });
    await refused(openid.tokenRevocation(forger, tokens.access_token), 'invalid_client');
  });

  needs('row_PA3: a program on somebody\'s machine signs in with whatever port is free', CODE, async () => {
    const config = await configure(office, 'native', { auth: openid.None() });
    for (const port of [await freePort(), await freePort()]) {
      const { claims, callback } = await signIn(office, config, `http://127.0.0.1:${port}/callback`);
      assert.equal(callback.port, String(port));
      assert.equal(claims.aud, 'native');
    }
  });

  needs('attack_053: another path, another host or a longer name is no redirect address', CODE, async () => {
    const config = await configure(office, 'native', { auth: openid.None() });
    const code_challenge = await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier());
    for (const redirect of ['http://127.0.0.1:5/callback/more', 'http://127.0.0.2:5/callback', 'http://127.0.0.1.example.org/callback', 'https://127.0.0.1/callback']) {
      const url = openid.buildAuthorizationUrl(config, { redirect_uri: redirect, scope: 'openid', code_challenge, code_challenge_method: 'S256' });
      const answer = await office.visitor().get(url.href);
      assert.equal(answer.status, 400, `${redirect}: ${answer.status} ${answer.location}`);
    }
  });

  needs('a code is good once, and only with its verifier', CODE, async () => {
    const config = await basic();
    const first = await signIn(office, config, WEB);
    await refused(openid.authorizationCodeGrant(config, first.callback, first.checks), 'invalid_grant');
    // What was given for the code is void now (RFC 6749 section 4.1.2).
    await assert.rejects(openid.fetchUserInfo(config, first.tokens.access_token, first.claims.sub));
    const code_challenge = await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier());
    const url = openid.buildAuthorizationUrl(config, { redirect_uri: WEB, scope: 'openid', code_challenge, code_challenge_method: 'S256' });
    const callback = await office.authorize(url, WEB);
    await refused(openid.authorizationCodeGrant(config, callback, { pkceCodeVerifier: openid.randomPKCECodeVerifier() }), 'invalid_grant');
  });

  needs('a wrong secret is refused', CODE, async () => {
    const config = await configure(office, 'basic', { auth: openid.ClientSecretBasic('not the secret, but as long as it') });
    await assert.rejects(openid.refreshTokenGrant(config, 'whatever'), (fault) => {
      assert.equal(fault.status ?? fault.cause?.status, 401);
      return true;
    });
  });

  needs('pushes its request, and can not go without', ['pushed_authorization_request_endpoint'], async () => {
    const config = await basic('pushed');
    const { url, claims } = await signIn(office, config, WEB, { pushed: true });
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    assert.equal(claims.aud, 'pushed');
    await assert.rejects(signIn(office, config, WEB));
  });

  needs('binds its tokens to a key (DPoP)', ['dpop_signing_alg_values_supported'], async () => {
    const config = await configure(office, 'native', { auth: openid.None() });
    const options = { DPoP: openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256')) };
    const redirect = `http://127.0.0.1:${await freePort()}/callback`;
    const { tokens, claims } = await signIn(office, config, redirect, { options, scope: 'openid profile offline_access', parameters: { prompt: 'consent' } });
    assert.equal(tokens.token_type, 'dpop');
    assert.equal((await openid.fetchUserInfo(config, tokens.access_token, claims.sub, options)).name, 'Ada Lovelace');
    await assert.rejects(openid.fetchUserInfo(config, tokens.access_token, claims.sub), 'a bound token is good without the key');
    const thief = { DPoP: openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256')) };
    await assert.rejects(openid.fetchUserInfo(config, tokens.access_token, claims.sub, thief), 'a bound token is good with another key');
    await assert.rejects(openid.refreshTokenGrant(config, tokens.refresh_token, undefined, thief), 'a bound refresh token is good with another key');
    assert.ok((await openid.refreshTokenGrant(config, tokens.refresh_token, undefined, options)).access_token);
  });

  needs('refreshes, and a refresh token that was used is worth nothing', CODE, async () => {
    const config = await basic();
    const { tokens, claims } = await signIn(office, config, WEB, { scope: 'openid profile email offline_access', parameters: { prompt: 'consent' } });
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    assert.equal(next.claims().sub, claims.sub);
    assert.equal((await openid.fetchUserInfo(config, next.access_token, claims.sub)).email, 'ada@example.org');
    await refused(openid.refreshTokenGrant(config, tokens.refresh_token), 'invalid_grant');
    await refused(openid.refreshTokenGrant(config, next.refresh_token), 'invalid_grant'); // the family ends
  });

  needs('asks about a token and takes it back', ['introspection_endpoint', 'revocation_endpoint'], async () => {
    const config = await basic();
    const { tokens, claims } = await signIn(office, config, WEB, { scope: 'openid profile offline_access', parameters: { prompt: 'consent' } });
    const known = await openid.tokenIntrospection(config, tokens.access_token);
    assert.deepEqual([known.active, known.sub, known.client_id], [true, claims.sub, 'basic']);
    const renewal = await openid.tokenIntrospection(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
    assert.equal(renewal.active, true);
    await openid.tokenRevocation(config, tokens.access_token);
    assert.deepEqual(await openid.tokenIntrospection(config, tokens.access_token), { active: false });
    await openid.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
    await refused(openid.refreshTokenGrant(config, tokens.refresh_token), 'invalid_grant');
    await openid.tokenRevocation(config, 'never issued');
    assert.deepEqual(await openid.tokenIntrospection(config, 'never issued'), { active: false });
  });

  needs('a robot gets a token of its own', CODE, async () => {
    const config = await basic('robot');
    const tokens = await openid.clientCredentialsGrant(config);
    assert.ok(tokens.access_token);
    assert.equal(tokens.refresh_token, undefined);
    assert.equal((await openid.tokenIntrospection(config, tokens.access_token)).client_id, 'robot');
  });

  needs('a device gets its token while somebody approves elsewhere', ['device_authorization_endpoint'], async () => {
    const config = await configure(office, 'device', { auth: openid.None() });
    const started = await openid.initiateDeviceAuthorization(config, { scope: 'openid profile offline_access' });
    assert.ok(started.user_code && started.verification_uri_complete);
    assert.equal((await new Promise((resolve) => { // before anybody approved
      openid.genericGrantRequest(config, DEVICE, { device_code: started.device_code }).then(resolve, resolve);
    })).error, 'authorization_pending');
    await office.approve(started.verification_uri_complete);
    const interval = (started.interval ?? 5) * 1000;
    await new Promise((resolve) => setTimeout(resolve, office.lanyard ? interval : 0));
    const tokens = await openid.pollDeviceAuthorizationGrant(config, { ...started, interval: 0.05 });
    assert.equal(decodeJwt(tokens.id_token).aud, 'device');
    assert.ok((await openid.refreshTokenGrant(config, tokens.refresh_token)).id_token);
  });

  needs('signs out and comes back', ['end_session_endpoint'], async () => {
    const config = await basic();
    const visitor = office.visitor();
    const { tokens } = await signIn(office, config, WEB, { visitor });
    const url = openid.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://web.example.org/bye', state: 'there' });
    assert.equal((await office.authorize(url, 'https://web.example.org/bye', { visitor })).searchParams.get('state'), 'there');
    const elsewhere = openid.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://evil.example.org/' });
    const answer = await visitor.get(elsewhere.href);
    assert.ok(!answer.location?.startsWith('https://evil.'), answer.location);
  });
});
