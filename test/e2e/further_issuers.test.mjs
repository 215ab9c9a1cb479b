// Several issuers from one service: the certified client library openid-client at the second one, and what is refused
// between the two.

import { strict as assert } from 'node:assert';
import { after, describe, test } from 'node:test';

import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';

import { DEVICE, newSecret, startOffice } from './support/office.mjs';
import { configure, makeKeys, openid, signIn } from './support/openid_client.mjs';
import { adminTokenFile } from './support/site.mjs';

const WEB = 'https://web.example.org/callback';
const SCOPE = 'openid profile email offline_access';
const secrets = { main: newSecret(), rubin: newSecret(), atlas: newSecret() };
const web = { redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: SCOPE, post_logout_redirect_uris: ['https://web.example.org/bye'], trusted: true };
const device = { application_type: 'native', grant_types: [DEVICE, 'refresh_token'], scope: SCOPE, token_endpoint_auth_method: 'none' };
const main = await startOffice({ after }, {
  clients: [
    { ...web, client_id: 'main', client_secret: secrets.main },
    { ...web, client_id: 'rubin', client_secret: secrets.rubin, issuer_path: '/vo/rubin' },
    { ...web, client_id: 'atlas', client_secret: secrets.atlas, issuer_path: '/vo/atlas' },
    { ...device, client_id: 'main-device' },
    { ...device, client_id: 'rubin-device', issuer_path: '/vo/rubin' },
  ],
  config: { further_issuers: [{ path: '/vo/rubin' }, { path: '/vo/atlas', open_registration: true }] },
});
const rubin = main.at('/vo/rubin');
const atlas = main.at('/vo/atlas');
const as = (office, id) => configure(office, id, { auth: openid.ClientSecretBasic(secrets[id]) });
const refused = (promise, error) => assert.rejects(promise, (fault) => {
  assert.equal(fault.error ?? fault.code, error, fault.stack);
  return true;
});

describe('a further issuer', () => {
  test('row_PA3: openid-client finds it in both well-known forms', async () => {
    for (const algorithm of ['oidc', 'oauth2']) {
      const config = await openid.discovery(new URL(rubin.issuer), 'rubin', undefined, openid.ClientSecretBasic(secrets.rubin),
        { algorithm, execute: [openid.allowInsecureRequests] });
      const found = config.serverMetadata();
      assert.equal(found.issuer, `${main.issuer}/vo/rubin`);
      assert.equal(found.token_endpoint, `${main.issuer}/vo/rubin/token`);
    }
  });

  test('row_PA3: code flow with PKCE, userinfo, refresh, revocation, sign-out', async () => {
    const config = await as(rubin, 'rubin');
    const { tokens, claims, callback } = await signIn(rubin, config, WEB, { scope: SCOPE });
    assert.equal(callback.searchParams.get('iss'), rubin.issuer);
    assert.equal(claims.iss, rubin.issuer);
    assert.equal(decodeJwt(tokens.access_token).iss, rubin.issuer);
    const keys = (await main.visitor().get(config.serverMetadata().jwks_uri)).json;
    await jwtVerify(tokens.access_token, createLocalJWKSet(keys), { issuer: rubin.issuer, typ: 'at+jwt' });
    assert.equal((await openid.fetchUserInfo(config, tokens.access_token, claims.sub)).name, 'Ada Lovelace');
    const again = await openid.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(again.claims().iss, rubin.issuer);
    assert.equal(again.claims().sub, claims.sub);
    assert.equal((await openid.tokenIntrospection(config, again.access_token)).iss, rubin.issuer);
    await openid.tokenRevocation(config, again.refresh_token);
    await refused(openid.refreshTokenGrant(config, again.refresh_token), 'invalid_grant');
    const bye = openid.buildEndSessionUrl(config, { post_logout_redirect_uri: web.post_logout_redirect_uris[0], id_token_hint: tokens.id_token });
    assert.ok(bye.href.startsWith(`${rubin.issuer}/end_session`));
    const visitor = main.visitor();
    const ended = await main.pass(visitor, await visitor.get(bye.href), 'ada', (next) => next.startsWith(web.post_logout_redirect_uris[0]));
    assert.ok(ended.location, ended.text);
  });

  test('row_PA3: somebody who has to be asked comes back to the issuer that asked', async () => {
    const config = await as(rubin, 'rubin');
    const { callback } = await signIn(rubin, config, WEB, { parameters: { prompt: 'consent' } });
    assert.equal(callback.searchParams.get('iss'), rubin.issuer);
  });

  test('row_PA3: pushed requests and DPoP', async () => {
    const config = await as(rubin, 'rubin');
    const keys = await makeKeys();
    const options = { DPoP: openid.getDPoPHandle(config, keys) };
    const { tokens, claims } = await signIn(rubin, config, WEB, { pushed: true, options });
    assert.equal(tokens.token_type, 'dpop');
    assert.equal((await openid.fetchUserInfo(config, tokens.access_token, claims.sub, options)).sub, claims.sub);
  });

  test('row_PA3: the device flow', async () => {
    const config = await configure(rubin, 'rubin-device', { auth: openid.None() });
    const begun = await openid.initiateDeviceAuthorization(config, { scope: SCOPE });
    await main.approve(begun.verification_uri_complete);
    const tokens = await openid.pollDeviceAuthorizationGrant(config, { ...begun, interval: 1 });
    assert.equal(tokens.claims().iss, rubin.issuer);
  });

  test('row_PA3: a client registers itself where that is open, and nowhere else', async () => {
    const wanted = { redirect_uris: [WEB], client_name: 'Registered', token_endpoint_auth_method: 'client_secret_basic' };
    const register = (office) => openid.dynamicClientRegistration(new URL(office.issuer), wanted, undefined, { execute: [openid.allowInsecureRequests] });
    const config = await register(atlas);
    const { client_id: id, client_secret: secret, registration_client_uri: where } = config.clientMetadata();
    assert.ok(where.startsWith(`${atlas.issuer}/register/`));
    const { claims } = await signIn(atlas, await configure(atlas, id, { auth: openid.ClientSecretBasic(secret) }), WEB);
    assert.equal(claims.iss, atlas.issuer);
    const elsewhere = await configure(rubin, id, { auth: openid.ClientSecretPost(secret) });
    await refused(openid.tokenRevocation(elsewhere, 'x'), 'invalid_client');
    for (const closed of [main, rubin]) await assert.rejects(register(closed));
  });
});

describe('between two issuers', () => {
  test('row_PA3: a client is unknown at the other one', async () => {
    const stranger = await configure(main, 'rubin', { auth: openid.ClientSecretPost(secrets.rubin) });
    await refused(openid.tokenRevocation(stranger, 'x'), 'invalid_client');
    const page = await main.visitor().get(openid.buildAuthorizationUrl(stranger, { redirect_uri: WEB, scope: 'openid', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }).href);
    assert.equal(page.status, 400);
    assert.equal(page.location, undefined);
  });

  test('row_PA3: codes, refresh tokens and access tokens are nothing there', async () => {
    const [here, there] = [await as(rubin, 'rubin'), await as(atlas, 'atlas')];
    const { tokens } = await signIn(rubin, here, WEB, { scope: SCOPE });
    await refused(openid.refreshTokenGrant(there, tokens.refresh_token), 'invalid_grant');
    await refused(openid.refreshTokenGrant(await as(main, 'main'), tokens.refresh_token), 'invalid_grant');
    for (const config of [there, await as(main, 'main')]) {
      assert.deepEqual(await openid.tokenIntrospection(config, tokens.access_token), { active: false });
      await assert.rejects(openid.fetchUserInfo(config, tokens.access_token, openid.skipSubjectCheck));
    }
    assert.equal((await openid.tokenIntrospection(here, tokens.access_token)).active, true);
  });

  test('row_PA3: a certified client takes an answer of the other one for a mix-up', async () => {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const url = openid.buildAuthorizationUrl(await as(rubin, 'rubin'), {
      redirect_uri: WEB, scope: 'openid', code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
    });
    const callback = await main.authorize(url, WEB);
    await assert.rejects(openid.authorizationCodeGrant(await as(main, 'main'), callback, { pkceCodeVerifier }), (fault) => {
      assert.match(`${fault.message} ${fault.cause?.message}`, /"iss"/);
      return true;
    });
  });

  test('row_PA3: a device code of one is nothing at the other', async () => {
    const begun = await openid.initiateDeviceAuthorization(await configure(rubin, 'rubin-device', { auth: openid.None() }), { scope: SCOPE });
    await main.approve(begun.verification_uri_complete);
    const other = await configure(main, 'main-device', { auth: openid.None() });
    await refused(openid.pollDeviceAuthorizationGrant(other, { ...begun, interval: 1 }), 'invalid_grant');
  });

  test('row_PA3: through the API a client is made for an issuer that exists, and stays there', async () => {
    const { token } = await adminTokenFile(main.lanyard, main.university, 'ada', { client: main.visitor() });
    const headers = { authorization: `Bearer ${token}` };
    const make = (json) => main.visitor().post(`${main.issuer}/api/v1/clients`, { json: { client_name: 'Made', redirect_uris: [WEB], ...json }, headers });
    assert.equal((await make({ client_id: 'lost', issuer_path: '/vo/none' })).status, 400);
    const made = await make({ client_id: 'made', issuer_path: '/vo/rubin' });
    assert.equal(made.status, 201, made.text);
    const move = await main.visitor().request('PUT', `${main.issuer}/api/v1/clients/made`, {
      json: { client_name: 'Made', redirect_uris: [WEB], issuer_path: '/vo/atlas' }, headers: { ...headers, 'if-match': made.headers.etag },
    });
    assert.equal(move.status, 400, move.text);
  });
});

describe('what a resource says about itself (RFC 9728)', () => {
  test('oauth4webapi reads it for the API and for each userinfo endpoint, and the 401 points there', async () => {
    const { resourceDiscoveryRequest, processResourceDiscoveryResponse, allowInsecureRequests } = await import('oauth4webapi');
    for (const [resource, issuer] of [[`${main.issuer}/api`, main.issuer], [`${main.issuer}/userinfo`, main.issuer], [`${rubin.issuer}/userinfo`, rubin.issuer]]) {
      const answer = await resourceDiscoveryRequest(new URL(resource), { [allowInsecureRequests]: true });
      const said = await processResourceDiscoveryResponse(new URL(resource), answer);
      assert.deepEqual(said.authorization_servers, [issuer]);
      const turnedAway = await main.visitor().get(resource.endsWith('/api') ? `${resource}/v1/me` : resource);
      assert.equal(turnedAway.status, 401);
      const [, where] = /resource_metadata="([^"]+)"/.exec(turnedAway.headers['www-authenticate']);
      assert.equal((await main.visitor().get(where)).json.resource, resource);
    }
  });
});
