// Back-channel logout: an application's own server hears that somebody signed out, and checks the message with npm's jose.

import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';

import { createRemoteJWKSet, jwtVerify } from 'jose';

import { atEnd, until } from './support/ending.mjs';
import { newSecret, startOffice } from './support/office.mjs';
import { configure, openid, signIn } from './support/openid_client.mjs';
import { PAGE } from './support/site.mjs';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

// An application that only listens.
async function startListener(t) {
  const heard = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    heard.push({ method: request.method, url: request.url, type: request.headers['content-type'], form: new URLSearchParams(body) });
    response.writeHead(200, { 'cache-control': 'no-store' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => server.close());
  return { url: `http://127.0.0.1:${server.address().port}/out`, heard };
}

test('whoever signs out is signed out at the applications too', async (t) => {
  const listener = await startListener(t);
  const callback = 'https://hub.example.org/cb';
  const secret = newSecret();
  const office = await startOffice(t, {
    clients: [{
      client_id: 'hub', client_secret: secret, redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope: 'openid email offline_access',
      backchannel_logout_uri: listener.url, backchannel_logout_session: true,
    }],
  });
  const metadata = await office.metadata();
  assert.equal(metadata.backchannel_logout_supported, true);
  assert.equal(metadata.backchannel_logout_session_supported, true);
  const config = await configure(office, 'hub', { auth: openid.ClientSecretBasic(secret) });
  const visitor = office.visitor();
  const { tokens, claims } = await signIn(office, config, callback, { scope: 'openid email', visitor });
  assert.ok(claims.sid);

  const page = await visitor.get(`${office.issuer}/logout`, { headers: PAGE });
  assert.equal((await visitor.submit(page.forms.find(({ action }) => action.endsWith('/logout')), { headers: PAGE })).status, 200);
  await assert.rejects(openid.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
  await until(() => 'the application to hear of it', () => listener.heard.length > 0);
  const [{ method, url, type, form }] = listener.heard;
  assert.deepEqual([method, url, type], ['POST', '/out', 'application/x-www-form-urlencoded']);
  assert.deepEqual([...form.keys()], ['logout_token']);
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
  const { payload, protectedHeader } = await jwtVerify(form.get('logout_token'), keys, { issuer: office.issuer, audience: 'hub', typ: 'logout+jwt', requiredClaims: ['jti', 'iat', 'exp'] });
  assert.equal(protectedHeader.alg, 'RS256');
  assert.deepEqual([payload.sub, payload.sid, payload.events, payload.nonce], [claims.sub, claims.sid, { [EVENT]: {} }, undefined]);
  assert.equal(listener.heard.length, 1);
});
