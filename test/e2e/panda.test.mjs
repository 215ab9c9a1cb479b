// What an unchanged panda-client sends and needs, in its own bytes: configuration, device flow, calls, refresh.

import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';

import { atEnd, Program, temporaryFolder } from './support/ending.mjs';
import { program, run } from './support/lanyard.mjs';
import { DEVICE, IS_REFERENCE, needsOf, newSecret, startOffice } from './support/office.mjs';
import { PandaClient, recorded } from './support/panda_client.mjs';
import { adminTokenFile } from './support/site.mjs';
import { makeCertificates } from './support/tls.mjs';

test('panda-client', async (t) => {
  const tls = makeCertificates(t);
  const office = await startOffice(t, {
    tls,
    groups: { ada: ['Rubin', 'Rubin/production'] },
    clients: [{
      client_id: 'panda', application_type: 'native', token_endpoint_auth_method: 'none', grant_types: [DEVICE, 'refresh_token'],
      scope: 'openid profile email offline_access', profile: 'iam', virtual_organisation: 'Rubin',
    }],
  });
  await needsOf(office, 'device_authorization_endpoint');
  const found = await office.metadata();
  if (office.reference) {
    const answer = { oidc_config_url: `${office.issuer}/.well-known/openid-configuration`, client_id: 'panda', client_secret: null, audience: 'https://panda.example.org', vo: 'Rubin' };
    // oidc-provider takes a secret for a sign of a confidential client, whatever it is.
    office.reference.intercept('/token', async (request, response) => {
      let text = '';
      for await (const part of request) text += part;
      request.body = Object.fromEntries([...new URLSearchParams(text)].filter(([, value]) => value !== 'None'));
      await office.reference.callback(request, response);
    });
    office.reference.intercept('/auth/Rubin_auth_config.json', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)));
  }
  const panda = new PandaClient({ url: office.issuer, vo: 'Rubin', ca: tls.ca });

  await t.test('row_PA4: finds its configuration', async () => {
    await panda.configure();
    assert.equal(panda.auth.client_secret, null);
    assert.match(panda.log[0].bytes, /^GET \/auth\/Rubin_auth_config\.json HTTP\/1\.1\r\nAccept-Encoding: identity\r\nHost: \S+\r\nUser-Agent: Python-urllib\/3\.11\r\nConnection: close\r\n\r\n$/);
  });

  await t.test('runs the device flow, and keeping the interval is never too fast', async () => {
    const device = await panda.startDevice();
    assert.match(panda.log.at(-1).bytes, /\r\n\r\nclient_id=panda&scope=openid\+profile\+email\+offline_access\+&audience=\S+$/);
    // The first poll comes at once, the second an interval and a second later: somebody approves in between.
    const pauses = [];
    await panda.poll({ pause: async (seconds) => {
      pauses.push(seconds);
      await office.approve(device.verification_uri_complete);
      await new Promise((resolve) => setTimeout(resolve, office.reference ? 0 : seconds * 1000));
    } });
    assert.deepEqual(pauses, [(device.interval ?? 5) + 1]);
  });

  await t.test('row_PA5: the ID token is what the PanDA server reads', async () => {
    const { id_token: token } = JSON.parse(panda.file);
    const header = decodeProtectedHeader(token);
    assert.equal(header.alg, 'RS256');
    assert.ok(header.kid);
    const claims = decodeJwt(token);
    assert.equal(claims.aud, 'panda', 'one string, not a list');
    const keys = (await office.visitor().get(found.jwks_uri)).json;
    await jwtVerify(token, createLocalJWKSet(keys), { issuer: found.issuer, audience: 'panda' });
    if (office.reference) return;
    assert.ok(claims.exp - claims.iat >= 3600, 'hours, not minutes');
    assert.equal(claims.name, 'Ada Lovelace');
    assert.ok(claims.preferred_username);
    assert.deepEqual(claims.groups, ['Rubin', 'Rubin/production']);
    assert.ok(!`${claims.scope ?? ''}`.includes('role:'));
  });

  await t.test('row_PA6: the verification says what the PanDA server would', { skip: Boolean(office.reference) }, async () => {
    for (const [vo, status, expected] of [
      ['Rubin', 200, { role: 'user', fqans: [] }],
      ['Rubin:production', 200, { role: 'production', fqans: ['/Rubin/Role=production'] }],
      ['Rubin.production', 200, { role: 'production', dn: 'Ada Lovelace/CN=nickname:ada' }],
      ['Rubin:pilot', 403, /Not a member of the Rubin\/pilot group/],
      ['atlas', 403, /Unknown vo : atlas/],
    ]) {
      const caller = Object.assign(new PandaClient({ url: office.issuer, vo, ca: tls.ca }), { file: panda.file });
      const answer = await caller.call('/panda/verify');
      assert.equal(answer.status, status, answer.body);
      const { success, message, data } = JSON.parse(answer.body);
      assert.equal(success, status === 200);
      if (success) for (const [name, value] of Object.entries(expected)) assert.deepEqual(data[name], value);
      else assert.match(message, expected);
    }
  });

  await t.test('refreshes with the text None as its secret, and again', async () => {
    for (let turn = 0; turn < 2; ++turn) {
      const before = JSON.parse(panda.file);
      const after = await panda.refresh();
      assert.match(panda.log.at(-1).bytes, /\r\n\r\nclient_id=panda&client_secret=None&grant_type=refresh_token&refresh_token=\S+$/);
      assert.notEqual(after.refresh_token, before.refresh_token);
      assert.equal(decodeJwt(after.id_token).sub, decodeJwt(before.id_token).sub);
    }
  });

  await t.test('is told plainly when a code is none of ours', async () => {
    const stranger = new PandaClient({ url: office.issuer, vo: 'Rubin', ca: tls.ca });
    Object.assign(stranger, { auth: panda.auth, endpoints: panda.endpoints, device: { device_code: 'never issued', expires_in: 600, interval: 5 } });
    await assert.rejects(stranger.poll({ pause: async () => assert.fail('it would ask again') }), /code=400/);
  });
});

test('row_PA5: these are the bytes of the recording', { skip: IS_REFERENCE }, async (t) => {
  const office = await startOffice(t, {
    groups: { ada: ['Rubin'] },
    clients: [{
      client_id: 'panda', application_type: 'native', token_endpoint_auth_method: 'none', grant_types: [DEVICE, 'refresh_token'],
      scope: 'openid profile email offline_access', profile: 'iam', virtual_organisation: 'Rubin', audiences: ['https://panda.example.org'],
    }],
  });
  const panda = new PandaClient({ url: office.issuer, vo: 'Rubin' });
  await panda.configure();
  await office.approve((await panda.startDevice()).verification_uri_complete);
  await panda.poll();
  const { refresh_token: renewal } = JSON.parse(panda.file);
  await panda.refresh();
  const values = { host: new URL(office.issuer).host, audience: encodeURIComponent('https://panda.example.org'), device_code: panda.device.device_code, refresh_token: renewal };
  const expected = Object.values(recorded()).map((request) => {
    const filled = request.replace(/\{(host|audience|device_code|refresh_token)\}/g, (_, name) => values[name]);
    return filled.replace('{length}', String(filled.split('\r\n\r\n')[1].length));
  });
  assert.deepEqual(panda.log.map(({ bytes }) => bytes), expected);
});

test('the how-to, block by block', { skip: IS_REFERENCE }, async (t) => {
  const office = await startOffice(t, { groups: { ada: ['Rubin', 'Rubin/production'] } });
  const page = readFileSync(join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'how-to', 'panda.md'), 'utf8');
  const blocks = (language) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block);

  const file = join(temporaryFolder(t, 'how-to'), 'lanyard.yaml');
  const secret = join(dirname(file), 'secret');
  writeFileSync(secret, newSecret(), { mode: 0o600 });
  for (const block of blocks('yaml')) {
    writeFileSync(file, `server:\n  public_url: https://id.example.org\n${block.replaceAll(/_file: \/etc\/lanyard\/\S+/g, `_file: ${secret}`)}`);
    const said = await run('lanyardd', ['config', 'check', '--config', file], { env: { LANYARD_SERVER__SECRET_KEY: randomBytes(32).toString('hex') } });
    assert.equal(said.code, 0, block + said.stdout + said.stderr);
  }

  const { file: token } = await adminTokenFile(office.lanyard, office.university, 'ada', { client: office.visitor() });
  const env = { PATH: `${dirname(program('lanyard'))}:${process.env.PATH}`, LANYARD_SERVER: office.issuer, BEARER_TOKEN_FILE: token, HOME: dirname(file) };
  for (const block of blocks('sh')) {
    if (block.includes('ID_TOKEN')) {
      const panda = new PandaClient({ url: office.issuer, vo: 'Rubin' });
      await panda.configure();
      await office.approve((await panda.startDevice()).verification_uri_complete);
      await panda.poll();
      env.ID_TOKEN = JSON.parse(panda.file).id_token;
    }
    const shell = new Program('bash', ['-euo', 'pipefail', '-c', block.replaceAll('https://id.example.org', office.issuer)], { env });
    atEnd(t, () => shell.stop('SIGKILL'));
    assert.equal((await shell.over).code, 0, block + shell.text);
    if (block.includes('auth_config')) assert.match(shell.text, /"client_id":"panda-rubin"/);
    if (block.includes('ID_TOKEN')) assert.match(shell.text, /"success":true.*"role":"production"/);
  }
  assert.ok(env.ID_TOKEN);
});

test('row_PA3: panda-client follows its organisation to the issuer of that', { skip: IS_REFERENCE }, async (t) => {
  const tls = makeCertificates(t);
  const client = {
    application_type: 'native', token_endpoint_auth_method: 'none', grant_types: [DEVICE, 'refresh_token'],
    scope: 'openid profile email offline_access', profile: 'iam',
  };
  const office = await startOffice(t, {
    tls,
    groups: { ada: ['Rubin', 'atlas'] },
    clients: [
      { ...client, client_id: 'panda-rubin', virtual_organisation: 'Rubin', issuer_path: '/vo/rubin' },
      { ...client, client_id: 'panda-atlas', virtual_organisation: 'atlas' },
    ],
    config: { further_issuers: [{ path: '/vo/rubin' }] },
  });
  const signIn = async (vo, issuer) => {
    const panda = new PandaClient({ url: office.issuer, vo, ca: tls.ca });
    await panda.configure();
    assert.equal(panda.auth.oidc_config_url, `${issuer}/.well-known/openid-configuration`);
    assert.equal(panda.endpoints.issuer, issuer);
    const device = await panda.startDevice();
    await office.approve(device.verification_uri_complete);
    await panda.poll({ pause: () => new Promise((resolve) => setTimeout(resolve, 1000)) });
    assert.equal(decodeJwt(JSON.parse(panda.file).id_token).iss, issuer);
    return panda;
  };
  const rubin = await signIn('Rubin', `${office.issuer}/vo/rubin`);
  const atlas = await signIn('atlas', office.issuer);

  await t.test('row_PA3: one verifier takes the tokens of both, each for its own organisation', async () => {
    for (const [panda, vo, status] of [[rubin, 'Rubin', 200], [atlas, 'atlas', 200], [rubin, 'atlas', 403], [atlas, 'Rubin', 403]]) {
      const answer = await Object.assign(new PandaClient({ url: office.issuer, vo, ca: tls.ca }), { file: panda.file }).call('/panda/verify');
      assert.equal(answer.status, status, answer.body);
    }
  });

  await t.test('row_PA5: it refreshes there, and its refresh token is nothing elsewhere', async () => {
    const lost = Object.assign(new PandaClient({ url: office.issuer, vo: 'Rubin', ca: tls.ca }), { file: rubin.file, auth: rubin.auth, endpoints: atlas.endpoints });
    await assert.rejects(lost.refresh(), /invalid_client/);
    const mixed = Object.assign(new PandaClient({ url: office.issuer, vo: 'Rubin', ca: tls.ca }), { file: rubin.file, auth: atlas.auth, endpoints: atlas.endpoints });
    await assert.rejects(mixed.refresh(), /invalid_grant/);
    assert.equal(decodeJwt((await rubin.refresh()).id_token).iss, `${office.issuer}/vo/rubin`);
  });
});

test('row_PA6: a robot comes for itself, with its secret in the form', { skip: IS_REFERENCE }, async (t) => {
  const tls = makeCertificates(t);
  const secret = newSecret();
  const office = await startOffice(t, {
    tls,
    clients: [
      { client_id: 'pilot', client_secret: secret, token_endpoint_auth_method: 'client_secret_post', grant_types: ['client_credentials'], profile: 'iam',
        audiences: ['https://panda.example.org'], access_token_algorithm: 'RS256', virtual_organisation: 'Rubin', robot_roles: ['production'] },
    ],
  });
  const got = await office.visitor().post(`${office.issuer}/token`, { form: { grant_type: 'client_credentials', client_id: 'pilot', client_secret: secret } });
  assert.equal(got.status, 200, got.text);
  const { access_token: token } = got.json;
  const claims = decodeJwt(token);
  assert.deepEqual([claims.sub, claims.client_id, claims.aud, claims.groups, claims.name], ['pilot', 'pilot', 'https://panda.example.org', undefined, undefined]);
  assert.equal(decodeProtectedHeader(token).alg, 'RS256');
  for (const [vo, status, expected] of [
    ['Rubin:production', 200, { dn: 'Robot Production', role: 'production', fqans: ['/Rubin/Role=production'] }],
    ['Rubin', 200, { dn: 'Robot None', role: 'user', fqans: [] }],
    ['Rubin:pilot', 403, /Not a member of the Rubin\/pilot group/],
    ['atlas', 403, /Unknown vo : atlas/],
  ]) {
    const robot = Object.assign(new PandaClient({ url: office.issuer, vo, ca: tls.ca }), { file: JSON.stringify({ id_token: token }) });
    const answer = await robot.call('/panda/verify');
    assert.equal(answer.status, status, answer.body);
    const { message, data } = JSON.parse(answer.body);
    if (status === 200) for (const [name, value] of Object.entries(expected)) assert.deepEqual(data[name], value);
    else assert.match(message, expected);
  }
});
