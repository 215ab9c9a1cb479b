// libscitokens, unchanged, reads our keys over TLS and decides about tokens of the wlcg and the scitokens profile.

import { strict as assert } from 'node:assert';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

import { base64url, decodeJwt, decodeProtectedHeader, exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';

import { buildLibscitokens, missingLibscitokens } from './support/libscitokens.mjs';
import { ANY_AUDIENCE, needsOf, newSecret, startOffice } from './support/office.mjs';
import { makeCertificates } from './support/tls.mjs';

const STORAGE = 'https://storage.example.org';
const part = (value) => base64url.encode(JSON.stringify(value));

test('libscitokens', { skip: missingLibscitokens() }, async (t) => {
  const tls = makeCertificates(t);
  const secret = newSecret();
  const robot = (client_id, profile, more = {}) => ({
    client_id, profile, client_secret: secret, token_endpoint_auth_method: 'client_secret_basic', grant_types: ['client_credentials'],
    scope: 'storage.read:/', audiences: [ANY_AUDIENCE, STORAGE], ...more,
  });
  const office = await startOffice(t, { tls, clients: [robot('wlcg-robot', 'wlcg'), robot('scitokens-robot', 'scitokens', { scope: 'read:/' })] });
  await needsOf(office, 'token_endpoint', 'jwks_uri');
  const library = buildLibscitokens(t, { office });
  const get = async (client, scope, more = {}) => {
    const { token_endpoint: url } = await office.metadata();
    const answer = await office.visitor().request('POST', url, {
      form: { grant_type: 'client_credentials', scope, ...more },
      headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.access_token;
  };

  const good = {};
  for (const profile of ['wlcg', 'scitokens']) {
    await t.test(`accepts a token of the ${profile} profile`, async () => {
      const token = await get(`${profile}-robot`, profile === 'wlcg' ? 'storage.read:/' : 'read:/');
      good[profile] = token;
      const claims = decodeJwt(token);
      assert.ok(claims.nbf !== undefined);
      assert.equal(profile === 'wlcg' ? claims['wlcg.ver'] : claims.ver, profile === 'wlcg' ? '1.0' : 'scitoken:2.0');
      const audience = [claims.aud].flat()[0];
      const [{ good: accepted, text }] = await library.verify([token], { audience, fresh: true });
      assert.ok(accepted, text);
      assert.equal(text, claims.sub);
    });
  }

  await t.test('refuses what is broken, and what is meant for others', async () => {
    const token = good.wlcg;
    const [head, body, signature] = token.split('.');
    const header = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    const audience = [claims.aud].flat()[0];
    const foreign = await generateKeyPair('ES256');
    const sign = (changed, more = {}) => new SignJWT({ ...claims, ...changed }).setProtectedHeader({ ...header, alg: 'ES256', ...more }).sign(foreign.privateKey);
    const flipped = signature[9] === 'A' ? 'B' : 'A';
    const { jwks_uri: keys } = await office.metadata();
    const published = (await office.visitor().get(keys)).json.keys.find(({ kid }) => kid === header.kid);
    const spki = await exportSPKI(await importJWK(published, header.alg, { extractable: true }));
    const confused = `${part({ ...header, alg: 'HS256' })}.${body}`;
    const broken = {
      'another signature': `${head}.${body}.${signature.slice(0, 9)}${flipped}${signature.slice(10)}`,
      'another body': `${head}.${part({ ...claims, sub: 'root' })}.${signature}`,
      'no signature': `${part({ ...header, alg: 'none' })}.${body}.`,
      'the public key as a secret': `${confused}.${createHmac('sha256', spki).update(confused).digest('base64url')}`,
      'a key of somebody else': await sign({}),
      'a key of somebody else that it brings along': await sign({}, { jwk: await exportJWK(foreign.publicKey) }),
      'a key that was never published': await sign({}, { kid: 'never-published' }),
      'another issuer': await sign({ iss: 'https://elsewhere.example.org' }),
      'half a token': token.slice(0, token.length / 2),
      'a body only': body,
    };
    for (const [name, text] of Object.entries(broken)) {
      const [answer] = await library.verify([text], { audience });
      assert.ok(!answer.good, `${name} was accepted`);
    }
    const stored = await get('wlcg-robot', 'storage.read:/', { audience: STORAGE });
    assert.ok((await library.verify([stored], { audience: STORAGE }))[0].good, 'for whom it is');
    assert.ok(!(await library.verify([stored], { audience: 'https://other.example.org' }))[0].good, 'another audience');
    assert.ok(!(await library.verify([token], { audience, operation: 'write' }))[0].good, 'another operation');
    assert.ok(!(await library.verify([token], { audience, issuer: 'https://elsewhere.example.org' }))[0].good, 'an issuer that nobody trusts');
    assert.ok((await library.verify([token], { audience }))[0].good, 'and the whole one is still good');
  });
});
