// Clients that publish their keys themselves (`jwks_uri`): the certified client library openid-client signs, a small server
// of the client's shows the keys, and Lanyard fetches them.

import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { exportJWK } from 'jose';

import { atEnd } from './support/ending.mjs';
import { newSecret, startOffice } from './support/office.mjs';
import { configure, makeKeys, openid, signIn } from './support/openid_client.mjs';
import { adminTokenFile } from './support/site.mjs';

const WEB = 'https://web.example.org/callback';
const web = { redirect_uris: [WEB], grant_types: ['authorization_code', 'refresh_token'], scope: 'openid profile email offline_access', token_endpoint_auth_method: 'private_key_jwt' };
const LISTED = { tokens: { client_key_networks: ['127.0.0.0/8'], client_key_cool_down: '1s' } };
const COOL_DOWN = 1100;

async function makeSigner(kid) {
  const { privateKey, publicKey } = await makeKeys();
  return { kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid } };
}

// Where a client shows what it signs with.
async function startKeyServer(t) {
  const shown = { signers: [], fetches: 0 };
  const server = createServer((_, response) => {
    shown.fetches += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: shown.signers.map(({ jwk }) => jwk) }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));
  shown.url = `http://127.0.0.1:${server.address().port}/keys`;
  return shown;
}

const as = (office, id, { key, kid }) => configure(office, id, { auth: openid.PrivateKeyJwt({ key, kid }) });
const refused = (promise, error) => assert.rejects(promise, (fault) => {
  assert.equal(fault.error ?? fault.code, error, fault.stack);
  return true;
});

// Signs in, rotates, and leaves the old key behind.
async function liveThroughARotation(office, id, shown) {
  const [first, second] = [await makeSigner('first'), await makeSigner('second')];
  shown.signers = [first];
  const before = shown.fetches;
  const { tokens } = await signIn(office, await as(office, id, first), WEB);
  const again = await openid.refreshTokenGrant(await as(office, id, first), tokens.refresh_token);
  assert.equal(shown.fetches, before + 1, 'the keys are remembered');

  await sleep(COOL_DOWN);
  shown.signers = [second];
  const { refresh_token } = await openid.refreshTokenGrant(await as(office, id, second), again.refresh_token);
  assert.equal(shown.fetches, before + 2, 'one fetch for the new key');
  await openid.tokenRevocation(await as(office, id, second), refresh_token);
}

describe('keys at the address of a client', () => {
  test('row_PA3: a declared client changes its keys by itself, and strangers gain nothing by inventing some', async (t) => {
    const shown = await startKeyServer(t);
    const office = await startOffice(t, { clients: [{ ...web, client_id: 'signed', jwks_uri: shown.url }], config: LISTED });
    await liveThroughARotation(office, 'signed', shown);

    await sleep(COOL_DOWN);
    const before = shown.fetches;
    const strangers = await Promise.all(Array.from({ length: 20 }, (_, i) => makeSigner(`invented-${i}`)));
    const began = Date.now();
    for (const stranger of strangers) await refused(openid.tokenRevocation(await as(office, 'signed', stranger), 'x'), 'invalid_client');
    const most = 1 + Math.ceil((Date.now() - began) / 1000); // one in a cool-down
    assert.ok(shown.fetches - before <= most, `attack_047: ${shown.fetches - before} fetches for 20 unknown keys`);
    const forger = { ...strangers[0], kid: 'second' };
    await refused(openid.tokenRevocation(await as(office, 'signed', forger), 'x'), 'invalid_client');
  });

  test('row_PA3: a client that was made through the API does the same', async (t) => {
    const shown = await startKeyServer(t);
    const office = await startOffice(t, { clients: [], config: LISTED });
    const { token } = await adminTokenFile(office.lanyard, office.university, 'ada', { client: office.visitor() });
    const made = await office.visitor().post(`${office.issuer}/api/v1/clients`, {
      json: { ...web, client_id: 'made', client_name: 'Made', jwks_uri: shown.url, trusted: true }, headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json.jwks_uri, shown.url);
    await liveThroughARotation(office, 'made', shown);
  });

  test('row_PA3: a client that registered itself does the same', async (t) => {
    const shown = await startKeyServer(t);
    const office = await startOffice(t, { clients: [], registration: {}, config: LISTED });
    const registered = await openid.dynamicClientRegistration(
      new URL(office.issuer), { ...web, client_name: 'Registered', jwks_uri: shown.url }, undefined, { execute: [openid.allowInsecureRequests] });
    const { client_id: id, jwks_uri } = registered.clientMetadata();
    assert.equal(jwks_uri, shown.url);
    await liveThroughARotation(office, id, shown);
  });

  test('attack_037: without the operator\'s word nothing inside is called', async (t) => {
    const shown = await startKeyServer(t);
    const signer = await makeSigner('first');
    shown.signers = [signer];
    const office = await startOffice(t, {
      clients: [{ ...web, client_id: 'inside', jwks_uri: shown.url }, { client_id: 'other', client_secret: newSecret(), grant_types: ['client_credentials'], scope: 'openid' }],
    });
    await assert.rejects(openid.tokenRevocation(await as(office, 'inside', signer), 'x'), (fault) => {
      assert.equal((fault.cause?.cause ?? fault.cause)?.status, 503, fault.stack);
      return true;
    });
    assert.equal(shown.fetches, 0);
    assert.match(office.logText, /issuer\.fetch_failed.*jwks_uri/, 'the log says why');
  });
});
