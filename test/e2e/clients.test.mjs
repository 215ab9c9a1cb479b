// Clients over their whole life: declared in the file, or made, read, changed and removed through the API and with the command
// line, and across a restart.

import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { adminTokenFile, lanyardClient, startSite } from './support/site.mjs';

const SECRET = /lys_[A-Za-z0-9_-]{43}/;

async function start(t, more = {}) {
  const { lanyard, provider } = await startSite(t, {
    database: 'sqlite',
    config: ({ folder }) => {
      writeFileSync(join(folder, 'hub_secret'), 'a-secret-that-stands-in-a-file\n', { mode: 0o600 });
      return {
        clients: [
          { id: 'wiki', origin: 'http://127.0.0.1:9' },
          { id: 'hub', kind: 'oauth', redirect_uris: ['https://hub.example.org/hub/oauth_callback'], client_secret_file: join(folder, 'hub_secret') },
        ],
        ...more,
      };
    },
  });
  const { file, token } = await adminTokenFile(lanyard, provider);
  const call = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${lanyard.url}/api/v1${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: text ? JSON.parse(text) : undefined };
  };
  return { lanyard, call, cli: (...args) => lanyardClient(lanyard, file, ...args) };
}

test('a client is made, read, replaced, given a new secret and removed through the API, and outlives a restart', async (t) => {
  const { lanyard, call } = await start(t);
  const made = await call('POST', '/clients', { client_id: 'portal', client_name: 'Portal', redirect_uris: ['https://portal.example.org/cb'], trusted: true });
  assert.equal(made.status, 201, made.text);
  assert.match(made.json.client_secret, SECRET);
  await lanyard.restart();
  const read = await call('GET', '/clients/portal');
  assert.equal(read.status, 200, read.text);
  assert.ok(!SECRET.test(read.text));
  assert.equal(read.json.trusted, true);

  const body = { client_name: 'The portal', redirect_uris: ['https://portal.example.org/cb', 'https://portal.example.org/cb2'] };
  assert.equal((await call('PUT', '/clients/portal', body)).status, 428);
  const changed = await call('PUT', '/clients/portal', body, { 'if-match': read.headers.get('etag') });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.json.trusted, false, 'a full replacement');
  assert.equal((await call('PUT', '/clients/portal', body, { 'if-match': read.headers.get('etag') })).status, 412);

  const secret = await call('POST', '/clients/portal/secret', { overlap_seconds: 60 });
  assert.match(secret.json.client_secret, SECRET);
  assert.notEqual(secret.json.client_secret, made.json.client_secret);
  assert.ok(Date.parse(secret.json.former_until) > Date.now());
  assert.equal((await call('DELETE', '/clients/portal')).status, 204);
  assert.equal((await call('GET', '/clients/portal')).status, 404);
  const journal = await call('GET', '/journal?subject=client:portal&after=0');
  assert.deepEqual(journal.json.items.map((one) => one.event), ['client.created', 'client.changed', 'client.secret_rotated', 'client.deleted']);
  for (const text of [journal.text, lanyard.logText]) {
    assert.ok(!text.includes(made.json.client_secret) && !text.includes(secret.json.client_secret), 'attack 148');
  }
});

test('attack_053, attack_054, attack_078: what can not be a client is refused, all faults at once', async (t) => {
  const { call } = await start(t);
  const refused = await call('POST', '/clients', { client_id: 'abcdefghijklmno', client_name: 'x', redirect_uris: ['https://*.example.org/cb', 'javascript:alert(1)'] });
  assert.equal(refused.status, 400, refused.text);
  for (const member of ['client_id', 'redirect_uris[0]', 'redirect_uris[1]']) assert.ok(refused.json.detail.includes(member), refused.json.detail);
  assert.equal((await call('PUT', '/clients/hub', { client_name: 'mine', redirect_uris: ['https://evil.example/cb'] }, { 'if-match': '*' })).status, 409);
});

test('attack_054: a wildcard in the file stops the start with its line', async (t) => {
  const { lanyard } = await startSite(t, {
    start: false,
    config: { clients: [{ id: 'hub', kind: 'oauth', auth_method: 'none', redirect_uris: ['https://*.example.org/cb'] }] },
  });
  const checked = await lanyard.run('config', 'check');
  assert.notEqual(checked.code, 0);
  assert.match(checked.stderr + checked.stdout, /clients\[0\]\.redirect_uris\[0\].*wildcard/s);
});

test('the command line makes, lists, shows and deletes clients, and a secret goes only where it was asked to go', async (t) => {
  const { lanyard, cli } = await start(t);
  const listed = await cli('client', 'list', '-q');
  assert.equal(listed.code, 0, listed.stderr);
  assert.deepEqual(listed.stdout.trim().split('\n'), ['hub', 'lanyard-cli', 'wiki']);

  const nowhere = await cli('client', 'create', 'robot', '--grant', 'client_credentials', '--scope', 'storage.read:/data');
  assert.equal(nowhere.code, 2, nowhere.stderr);
  assert.match(nowhere.stderr, /--secret-file/);
  assert.equal((await cli('client', 'show', 'robot')).code, 3, 'nothing was made');

  const file = join(lanyard.folder, 'robot_secret');
  const made = await cli('client', 'create', 'robot', '--grant', 'client_credentials', '--scope', 'storage.read:/data', '--secret-file', file);
  assert.equal(made.code, 0, made.stderr);
  assert.match(readFileSync(file, 'utf8'), SECRET);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(!SECRET.test(made.stdout + made.stderr));
  const again = await cli('client', 'create', 'robot', '--grant', 'client_credentials', '--secret-file', join(lanyard.folder, 'other'));
  assert.equal(again.code, 6, again.stderr);
  assert.ok(!existsSync(join(lanyard.folder, 'other')), 'an empty file is not left behind');
  assert.notEqual((await cli('client', 'rotate-secret', 'robot', '--secret-file', file)).code, 0, 'a file that is there is never written over');

  const rotated = await cli('client', 'rotate-secret', 'robot', '--overlap', '0s', '--show-secret');
  assert.equal(rotated.code, 0, rotated.stderr);
  assert.match(rotated.stdout, SECRET);
  const shown = await cli('client', 'show', 'robot', '--json');
  assert.equal(JSON.parse(shown.stdout).scope, 'storage.read:/data');
  assert.equal((await cli('client', 'delete', 'hub', '--yes')).code, 6, 'of the configuration');
  assert.equal((await cli('client', 'delete', 'robot', '--yes')).code, 0);
  assert.equal((await cli('client', 'delete', 'robot', '--yes')).code, 3);
});

test('each counterpart gets the client that it needs, and its own configuration', async (t) => {
  const { lanyard, cli, call } = await start(t);
  const expected = {
    jupyterhub: { url: 'https://hub.example.org', prints: /c\.GenericOAuthenticator\.oauth_callback_url = "https:\/\/hub\.example\.org\/hub\/oauth_callback"/, has: { refresh_policy: 'grace' } },
    servicex: { url: 'https://servicex.example.org', prints: /OAUTH_CLIENT_ID=servicex-1/, has: { profile: 'servicex' } },
    panda: { url: 'https://panda.example.org:8443', vo: 'Rubin', prints: /export PANDA_AUTH_VO=Rubin/, has: { profile: 'iam', token_endpoint_auth_method: 'none', virtual_organisation: 'Rubin' } },
    arvados: { url: 'https://arvados.example.org', prints: /OpenIDConnect:/, has: { redirect_uris: ['https://arvados.example.org/login'], pkce_exception: true } },
    apache: { url: 'https://wiki.example.org', prints: /OIDCRedirectURI https:\/\/wiki\.example\.org\/redirect_uri/, has: {} },
    'oidc-agent': { prints: /oidc-gen .*--client-id=oidc-agent-1/, has: { application_type: 'native', token_endpoint_auth_method: 'none' } },
  };
  for (const [kind, { url, vo, prints, has }] of Object.entries(expected)) {
    const id = `${kind}-1`;
    const made = await cli('client', 'create', '--for', kind, ...(url ? ['--url', url] : []), ...(vo ? ['--vo', vo] : []), id, '--secret-file', join(lanyard.folder, `${kind}.secret`));
    assert.equal(made.code, 0, `${kind}: ${made.stderr}`);
    assert.match(made.stdout, prints);
    assert.ok(made.stdout.includes(lanyard.url), kind);
    const { json } = await call('GET', `/clients/${id}`);
    for (const [member, value] of Object.entries(has)) assert.deepEqual(json[member], value, `${kind} ${member}`);
    assert.equal(existsSync(join(lanyard.folder, `${kind}.secret`)), json.token_endpoint_auth_method !== 'none', kind);
  }
  const nginx = await cli('client', 'create', '--for', 'nginx', '--url', 'https://wiki.example.org', 'wiki2');
  assert.match(nginx.stdout, /origin: https:\/\/wiki\.example\.org/);
  assert.equal((await call('GET', '/clients/wiki2')).status, 404, 'declared, not made');
  assert.equal((await cli('client', 'create', '--for', 'gitlab', 'x')).code, 2);
});
