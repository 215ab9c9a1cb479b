// `lanyard client test`: an administrator signs in as each kind of client does, in a real browser and by pasting, and is told
// what works and what to mend.

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { startBrowser } from './support/browser.mjs';
import { atEnd, Program, until } from './support/ending.mjs';
import { Home } from './support/device.mjs';
import { program } from './support/lanyard.mjs';
import { DEVICE, newSecret, startOffice } from './support/office.mjs';
import { adminTokenFile } from './support/site.mjs';

const WEB = 'https://hub.example.org/hub/oauth_callback';
const secrets = { hub: newSecret(), ahead: newSecret(), robot: newSecret() };
const everything = 'openid profile email groups offline_access';
const code = { grant_types: ['authorization_code', 'refresh_token'], scope: everything };
const office = await startOffice({ after }, {
  groups: { ada: ['Rubin'] },
  config: { auth: { admin_email: 'ada@example.org' } },
  clients: [
    { client_id: 'portal', application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/callback'], ...code, grant_types: [...code.grant_types, DEVICE] },
    { client_id: 'hub', client_secret: secrets.hub, redirect_uris: [WEB], trusted: true, ...code },
    { client_id: 'ahead', client_secret: secrets.ahead, token_endpoint_auth_method: 'client_secret_post', redirect_uris: [WEB], require_pushed_authorization_requests: true, ...code },
    { client_id: 'robot', client_secret: secrets.robot, grant_types: ['client_credentials'], scope: 'storage.read:/data' },
  ],
});
const root = await adminTokenFile(office.lanyard, office.university);

function start(t, ...args) {
  const home = new Home(t, { LANYARD_SERVER: office.issuer, BEARER_TOKEN_FILE: root.file });
  const started = new Program(program('lanyard'), ['client', 'test', ...args], { name: 'lanyard', env: home.env, typed: true });
  atEnd(t, () => started.stop('SIGKILL'));
  return started;
}

const run = async (t, ...args) => {
  const started = start(t, ...args);
  await started.over;
  return started;
};

function secretFile(t, id, text = secrets[id]) {
  const file = join(new Home(t).folder, 'secret');
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
}

const pageOf = (started) =>
  until(() => `the page to open. It said:\n${started.text}`, () => {
    if (started.exit) throw new Error(`It ended with ${JSON.stringify(started.exit)}:\n${started.text}`);
    return /^ {2}(https?:\/\/\S+)$/m.exec(started.text)?.[1];
  });

// Everything holds, and nothing that is secret is on the screen.
function works(started) {
  assert.deepEqual(started.exit, { code: 0, signal: null }, started.text);
  assert.match(started.text, /^It works\.$/m);
  assert.ok(!/^NO/m.test(started.text), started.text);
  assert.ok(!/eyJ[\w-]+\.|lyt_|lyr_/.test(started.text), started.text);
  for (const secret of Object.values(secrets)) assert.ok(!started.text.includes(secret));
}

test('a program of this machine: the browser comes back to a free port', async (t) => {
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  const started = start(t, 'portal');
  await page.goto(await pageOf(started));
  await office.passInBrowser(page, (url) => url.startsWith('http://127.0.0.1') && url.includes('/callback?'));
  await page.getByText('Go back to the terminal').waitFor();
  await started.over;
  works(started);
  for (const line of [/^ok {2}client +portal: none/m, /^ok {2}metadata +http/m, /^ok {2}request +code flow with PKCE.* back to http:\/\/127\.0\.0\.1:\d+\/callback/m,
    /^ok {2}answer +a code; state and iss are right/m, /^ok {2}exchange +an access token, good for 1h; an ID token; a refresh token/m,
    /^ok {2}scopes +openid profile email/m, /^ok {2}ID token +RS256 signature, iss, aud, exp, iat, nonce.* are right; good for/m,
    /^ +name: Ada Lovelace$/m, /^ +groups: \["Rubin"\]$/m, /^ok {2}userinfo +sub is the ID token's/m, /^ok {2}refresh +an access token/m, /^ok {2}end +the tokens of this test are revoked/m]) {
    assert.match(started.text, line);
  }
});

test('a web application: the address is pasted, its tokens end with the test', async (t) => {
  const started = start(t, 'hub', '--secret-file', secretFile(t, 'hub'));
  const url = await pageOf(started);
  assert.equal(new URL(url).searchParams.get('redirect_uri'), WEB, 'the registered address, nothing else');
  const end = await office.authorize(url, WEB);
  started.type(String(end));
  await started.over;
  works(started);
  const { items } = (await office.visitor().get(`${office.issuer}/api/v1/journal?event=grant.ended&limit=1`, { headers: { authorization: `Bearer ${root.token}` } })).json;
  assert.equal(items.length, 1);
  assert.ok(Date.now() - Date.parse(items[0].at) < 30_000);
});

test('a request that is sent ahead, with the secret in the body', async (t) => {
  const started = start(t, 'ahead', '--secret-file', secretFile(t, 'ahead'));
  const url = await pageOf(started);
  assert.deepEqual([...new URL(url).searchParams.keys()].sort(), ['client_id', 'request_uri']);
  started.type(String(await office.authorize(url, WEB)));
  await started.over;
  works(started);
  assert.match(started.text, /sent ahead \(PAR\)/);
});

test('the device flow, and a robot without a person', async (t) => {
  const device = start(t, 'portal', '--device', '--scope', 'openid offline_access');
  await office.approve(await pageOf(device));
  await device.over;
  works(device);
  assert.match(device.text, /^ok {2}request +device flow/m);
  const robot = await run(t, 'robot', '--secret-file', secretFile(t, 'robot'), '--json');
  assert.equal(robot.exit.code, 0, robot.text);
  const events = robot.text.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(events.some(({ step, passed }) => step === 'exchange' && passed === true), robot.text);
  assert.deepEqual(events.find(({ step }) => step === 'scopes').saw, 'storage.read:/data');
  assert.deepEqual(events.at(-1), { event: 'done', passed: true });
});

test('what does not work is named, with what to mend', async (t) => {
  const wrong = start(t, 'hub', '--secret-file', secretFile(t, 'hub', 'somebody else\'s secret'));
  wrong.type(String(await office.authorize(await pageOf(wrong), WEB)));
  await wrong.over;
  assert.equal(wrong.exit.code, 1);
  assert.match(wrong.text, /^NO {2}exchange +.*invalid_client.*\n +mend: .*rotate-secret hub/m);

  const other = start(t, 'hub', '--secret-file', secretFile(t, 'hub'));
  const pasted = await office.authorize(await pageOf(other), WEB);
  pasted.searchParams.set('state', 'of-another-request');
  other.type(String(pasted));
  await other.over;
  assert.match(other.text, /^NO {2}answer +The state is missing or another request's/m);

  const mixed = start(t, 'hub', '--secret-file', secretFile(t, 'hub'));
  const foreign = await office.authorize(await pageOf(mixed), WEB);
  foreign.searchParams.set('iss', 'https://evil.example');
  mixed.type(String(foreign));
  await mixed.over;
  assert.match(mixed.text, /^NO {2}answer +Another issuer answered/m);

  const denied = start(t, 'portal', '--scope', 'openid storage.read:/');
  const refusal = await office.authorize(await pageOf(denied), 'http://127.0.0.1');
  assert.equal(refusal.searchParams.get('error'), 'invalid_scope');
  await fetch(refusal);
  await denied.over;
  assert.match(denied.text, /^NO {2}answer +The server said "invalid_scope"/m);
  assert.match(denied.text, /^ +mend: /m);

  const late = await run(t, 'portal', '--wait', '1s');
  assert.match(late.text, /^NO {2}answer +Nobody came back in time/m);
  const elsewhere = await run(t, 'portal', '--issuer', `${office.issuer}/elsewhere`);
  assert.match(elsewhere.text, /^NO {2}metadata /m);
});

test('attack_053: an address that is not registered stays refused', async (t) => {
  const started = start(t, 'portal', '--redirect-uri', 'http://127.0.0.1/other', '--wait', '2s');
  assert.match((await run(t, 'portal', '--redirect-uri', 'https://evil.example/cb', '--wait', '1s')).text, /^NO {2}answer/m);
  await started.over;
  const page = /^ {2}(https?:\/\/\S+)$/m.exec(started.text)?.[1];
  if (page) {
    const answer = await office.visitor().get(page, { headers: { accept: 'text/html' } });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.location, undefined);
  }
  assert.equal(started.exit.code, 1);
});

test('what can not be tested says so', async (t) => {
  assert.equal((await run(t, 'nosuch')).exit.code, 3);
  const nobody = await run(t, 'hub');
  assert.equal(nobody.exit.code, 2, nobody.text);
  assert.match(nobody.text, /hint: Say --secret-file/);
  assert.equal((await run(t, 'portal', '--secret-file', secretFile(t, 'hub'))).exit.code, 2, 'it has no secret');
  const device = await run(t, 'hub', '--device', '--secret-file', secretFile(t, 'hub'));
  assert.match(device.text, /^NO {2}request +.*\n +mend: The device flow is not among them/m);
});
