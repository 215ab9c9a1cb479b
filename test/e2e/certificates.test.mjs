// Clients with certificates at an address of their own (RFC 8705 section 5): the certified client library openid-client finds
// it in the metadata, and browsers never see the question.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';

import { decodeJwt } from 'jose';

import { freePort, temporaryFolder } from './support/ending.mjs';
import { startOffice } from './support/office.mjs';
import { openid } from './support/openid_client.mjs';
import { makeCertificates } from './support/tls.mjs';

// A certificate that nobody but its owner signed.
function makeSelfSigned(t) {
  const folder = temporaryFolder(t, 'client');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem',
    '-days', '2', '-subj', '/CN=robot'], { cwd: folder, stdio: 'pipe' });
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
  return { key, cert, jwk: { ...new X509Certificate(cert).publicKey.export({ format: 'jwk' }), kid: 'robot' } };
}

// What openid-client takes in fetch's place, so that it shows a certificate.
const fetchWith = (options) => (url, { method, headers, body }) => new Promise((resolve, reject) => {
  const request = https.request(url, { ...options, method, headers, agent: new https.Agent(options) }, (message) => {
    const parts = [];
    message.on('data', (part) => parts.push(part)).on('end', () => resolve(new Response(Buffer.concat(parts), { status: message.statusCode, headers: message.headers })));
  });
  request.on('error', reject).end(body === undefined || body === null ? undefined : String(body));
});

test('a client proves itself at the alias, and its token is bound to its certificate', async (t) => {
  const server = makeCertificates(t);
  const [robot, thief] = [makeSelfSigned(t), makeSelfSigned(t)];
  const port = await freePort();
  const client = {
    token_endpoint_auth_method: 'self_signed_tls_client_auth', grant_types: ['client_credentials'], scope: 'storage.read:/data',
    audiences: ['https://data.example.org/'], require_tls_binding: true,
  };
  const office = await startOffice(t, {
    tls: server,
    clients: [{ ...client, client_id: 'robot', jwks: { keys: [robot.jwk] } }],
    // Of a trusted proxy only the header would count.
    config: { server: { trusted_proxies: [], client_certificate_listen: `127.0.0.1:${port}`, client_certificate_url: `https://127.0.0.1:${port}` } },
  });
  const metadata = await office.metadata();
  assert.equal(metadata.tls_client_certificate_bound_access_tokens, true);
  assert.equal(metadata.mtls_endpoint_aliases.token_endpoint, `https://127.0.0.1:${port}/token`);

  const connect = async ({ key, cert }) => {
    const shows = fetchWith({ ca: server.ca, key, cert });
    const config = await openid.discovery(new URL(office.issuer), 'robot', { use_mtls_endpoint_aliases: true }, openid.TlsClientAuth(), { [openid.customFetch]: shows });
    config[openid.customFetch] = shows;
    return config;
  };
  const tokens = await openid.clientCredentialsGrant(await connect(robot));
  const expected = Buffer.from(new X509Certificate(robot.cert).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
  assert.deepEqual(decodeJwt(tokens.access_token).cnf, { 'x5t#S256': expected });
  await assert.rejects(openid.clientCredentialsGrant(await connect(thief)), (fault) => fault.error === 'invalid_client');

  // At the address of people nobody asks, so nobody can show one.
  const plain = fetchWith({ ca: server.ca, key: robot.key, cert: robot.cert });
  const config = await openid.discovery(new URL(office.issuer), 'robot', {}, openid.TlsClientAuth(), { [openid.customFetch]: plain });
  config[openid.customFetch] = plain;
  await assert.rejects(openid.clientCredentialsGrant(config), (fault) => fault.error === 'invalid_client');
});
