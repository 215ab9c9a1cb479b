// Attacks on what the house keeps and says: queries, logs, secrets at rest, the clock, the journal, the configuration.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';

import { assertRefused, newVerifier, payloadOf, SCOPE, startTarget } from './support/attacks.mjs';
import { takeClock } from './support/clock.mjs';
import { startLanyard } from './support/lanyard.mjs';
import { newSecret } from './support/office.mjs';
import { PAGE, signIn } from './support/site.mjs';

const keys = await generateKeyPair('ES256', { extractable: true });
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const target = await startTarget({ after }, {
  registration: {},
  clients: [
    { client_id: 'signed', grant_types: ['client_credentials'], scope: 'storage.read:/data', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256', kid: 'signing' }] } },
    { client_id: 'post', client_secret: newSecret(), grant_types: ['client_credentials'], scope: 'openid', token_endpoint_auth_method: 'client_secret_post' },
  ],
});
const { issuer, lanyard } = target;
const api = (path, options = {}) => target.office.visitor().request(options.method ?? 'GET', `${issuer}/api/v1${path}`, { headers: { authorization: `Bearer ${target.adminToken}`, ...options.headers }, json: options.json });

const SQL = ["'", "' OR '1'='1", "'; DROP TABLE accounts; --", "1) UNION SELECT hash FROM sessions --", '%', '_', '\\', '" OR ""="', "x' AND (SELECT count(*) FROM accounts) > 0 --", '$1', '?1', "{'a': 1}", '$.a[*]', 'a\u0000b', "ORDER BY 1", '%27%20OR%201=1', "\u02bc OR 1=1", 'é\u0301'];

test('attack_145: what looks like a query stays a value', async () => {
  const before = (await target.admin('GET', '/accounts')).items.length;
  const places = (text) => {
    const q = encodeURIComponent(text);
    return [`/accounts?search=${q}`, `/accounts?state=${q}`, `/accounts?cursor=${q}`, `/accounts?limit=${q}`, `/accounts/${q}`, `/accounts/${q}/journal`, `/accounts/${q}/sessions`, `/requests?cursor=${q}`, `/groups?path=${q}`, `/groups?cursor=${q}`, `/groups/${q}`,
      `/groups/${q}/members`, `/clients?cursor=${q}`, `/clients/${q}`, `/issuers/${q}`, `/journal?after=${q}`, `/journal?before=${q}`, `/journal?event=${q}`, `/journal?account=${q}`, `/explain/${q}`, `/accounts?order=${q}`, `/accounts?sort=${q}`];
  };
  for (const text of SQL) {
    for (const path of places(text)) {
      const answer = await api(path);
      assert.ok(answer.status < 500, `${path}: ${answer.status} ${answer.text}`);
      assert.doesNotMatch(answer.text, /sqlite|syntax error|postgres/i, path);
      if (path.startsWith('/accounts?search=') && answer.status === 200) assert.ok(answer.json.items.length <= before);
    }
    for (const [method, path, json] of [['POST', '/groups', { path: text }], ['POST', '/accounts', { email: text, name: text }], ['POST', '/clients', { client_id: text, client_name: text, grant_types: ['client_credentials'] }]])
      assert.ok((await api(path, { method, json })).status < 500, `${method} ${path} ${text}`);
    for (const form of [{ grant_type: 'authorization_code', code: text, client_id: text }, { grant_type: 'refresh_token', refresh_token: text }, { token: text }])
      for (const path of ['/token', '/introspect', '/revoke', '/devicecode', '/par']) assert.ok((await target.send(path, 'web', form)).status < 500, `${path} ${text}`);
    assert.ok((await target.get(`${issuer}/auth/${encodeURIComponent(text)}_auth_config.json`)).status < 500);
  }
  // No search finds what a pattern of the database would.
  for (const pattern of ['%', '_', 'a%', '%da%']) assert.deepEqual((await api(`/accounts?search=${encodeURIComponent(pattern)}`)).json.items, [], pattern);
  await target.newcomer('page');
  const listed = (await api('/accounts?limit=1')).json;
  const cursor = listed.next_cursor;
  assert.ok(cursor, JSON.stringify(listed).slice(0, 300));
  for (let at = 0; at < cursor.length; at += 5) {
    const altered = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
    assert.equal((await api(`/accounts?limit=1&cursor=${encodeURIComponent(altered)}`)).status, 400, altered);
  }
  assert.equal((await api(`/accounts?limit=1&search=ada&cursor=${encodeURIComponent(cursor)}`)).status, 400, 'of another query');
  assert.ok((await target.admin('GET', '/accounts')).items.length >= before, 'and all is still there');
});

test('attack_147: nothing that is sent makes a line or a field of the log', async () => {
  const evil = '\r\n{"event":"forged","level":"info"}\u001b[31m\u0007","event":"forged","x":"';
  target.office.university.people.forger = { email: 'forger@example.net', email_verified: true, name: `Forger${evil}`, preferred_username: `forger${evil}`, organization: evil };
  await signIn(lanyard, target.office.university, 'forger', { client: target.office.visitor() });
  const visitor = target.office.visitor();
  const q = encodeURIComponent(evil);
  for (const path of [`/login?to=${q}`, `/authorize?client_id=${q}`, `/login/callback/uni?error=${q}&state=${q}`, `/nothing/${q.replaceAll('%2F', '')}`, `/login/callback/${q}`, `/auth/${q}`, `/device?user_code=${q}`])
    await visitor.get(`${issuer}${path}`, { headers: { ...PAGE, 'user-agent': 'x","event":"forged' } });
  for (const form of [{ grant_type: evil }, { grant_type: 'authorization_code', code: evil, client_id: evil }, { token: evil }]) await target.send('/token', 'web', form);
  await visitor.post(`${issuer}/login/backchannel/uni`, { form: { logout_token: evil } });
  await visitor.get(`${issuer}/gate/check/wiki`, { headers: { 'x-original-uri': `/${q}`, authorization: 'Bearer ","event":"forged' } });
  await target.newcomer('afterwards');
  assert.ok(lanyard.log.length > 20);
  for (const entry of lanyard.log) {
    assert.equal(entry.text, undefined, `not a line of ours: ${entry.text}`);
    assert.notEqual(entry.event, 'forged');
  }
  assert.doesNotMatch(lanyard.logText.replaceAll('\n', ''), /[\u0000-\u001f\u007f\u0080-\u009f]/, 'no control character as it is');
  const journal = await api('/journal?limit=200');
  assert.doesNotMatch(journal.text, /[\u0000-\u0008\u000b-\u001f\u007f]/);
});

test('attack_148: of a whole visit, no secret is in the log, the journal, an error or a figure', async () => {
  const canaries = new Map();
  const keep = (what, ...texts) => texts.filter(Boolean).forEach((text) => canaries.set(text, what));
  const { visitor } = await target.newcomer('canary');
  const given = await target.code('web', { scope: SCOPE, state: newVerifier(), nonce: newVerifier() }, { visitor, who: 'canary' });
  keep('code', given.code);
  keep('verifier', given.verifier);
  keep('secret', target.clients.get('web').client_secret, target.clients.get('post').client_secret);
  const tokens = (await target.redeem(given)).json;
  keep('token', tokens.access_token, tokens.id_token, tokens.refresh_token, ...tokens.access_token.split('.').slice(1), tokens.id_token.split('.')[2]);
  const next = (await target.refresh('web', tokens.refresh_token)).json;
  keep('token', next.access_token, next.refresh_token);
  await target.userinfo(next.access_token);
  await target.isActive(next.access_token);
  assertRefused(await target.refresh('web', tokens.refresh_token));
  const begun = await target.device();
  keep('device code', begun.device_code, begun.user_code);
  await target.decide(begun, 'allow', visitor);
  const byDevice = (await target.poll(begun)).json;
  keep('token', byDevice.access_token, byDevice.refresh_token);
  await target.send('/revoke', 'device', { token: byDevice.refresh_token });
  const pushed = (await target.send('/par', 'web', Object.fromEntries(new URL(target.ask('web').url).searchParams))).json.request_uri;
  keep('pushed request', pushed.split(':').pop());
  await target.get(`${issuer}/authorize?${new URLSearchParams({ client_id: 'web', request_uri: pushed })}`, visitor);
  const now = Math.floor(Date.now() / 1000);
  for (const exp of [now + 60, now - 600]) {
    const client_assertion = await new SignJWT({ iss: 'signed', sub: 'signed', aud: issuer, iat: now, exp, jti: newVerifier() }).setProtectedHeader({ alg: 'ES256', kid: 'signing' }).sign(keys.privateKey);
    keep('assertion', client_assertion, ...client_assertion.split('.').slice(1));
    await target.send('/token', undefined, { grant_type: 'client_credentials', client_assertion, client_assertion_type: ASSERTION });
  }
  for (const client_secret of [target.clients.get('post').client_secret, `wrong-${newSecret()}`]) {
    keep('secret', client_secret);
    await target.send('/token', undefined, { grant_type: 'client_credentials', client_id: 'post', client_secret });
  }
  const registered = (await target.office.visitor().post(`${issuer}/register`, { json: { redirect_uris: ['https://app.example.org/back'] } })).json;
  keep('registration', registered.client_secret, registered.registration_access_token);
  await target.office.visitor().get(`${issuer}/register/${registered.client_id}`, { headers: { authorization: `Bearer ${registered.registration_access_token}` } });
  const rotated = await target.admin('POST', '/clients', { client_id: 'rotated', client_name: 'Rotated', grant_types: ['client_credentials'], scope: 'openid' });
  keep('secret', rotated.client_secret, (await target.admin('POST', '/clients/rotated/secret', {})).client_secret);
  const page = await visitor.get(`${issuer}/account/tokens`, { headers: PAGE });
  const made = await visitor.submit(page.forms.find((one) => 'label' in one.fields), { fields: { label: 'mine', days: '1' }, headers: PAGE });
  keep('API token', /lyt_[A-Za-z0-9_-]{49}/.exec(made.text)[0], target.adminToken);
  keep('form guard', ...page.forms.map(({ fields }) => fields.csrf));
  for (const browser of [visitor, target.ada]) keep('cookie', ...browser.cookies.filter(({ host }) => host === '127.0.0.1').map(({ value }) => value).filter((value) => value.length > 20));
  // Wrong ways to send them, which are refused and written down.
  const answers = [];
  for (const text of [next.access_token, tokens.refresh_token, target.adminToken, given.code]) {
    answers.push(await visitor.get(`${issuer}/api/v1/me?access_token=${encodeURIComponent(text)}`), await visitor.get(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${text}x` } }), await visitor.get(`${issuer}/account/${text}`, { headers: PAGE }),
      await visitor.get(`${issuer}/nothing?token=${text}`, { headers: PAGE }), await visitor.post(`${issuer}/token?code=${text}`, { form: { grant_type: 'x' } }), await visitor.get(`${issuer}/login/callback/uni?code=${text}&state=${text}`, { headers: PAGE }));
  }
  for (const { status, text } of answers) {
    assert.ok(status >= 300, `${status}`);
    for (const [canary, what] of canaries) assert.ok(!text.includes(canary), `${what} is in an answer:\n${text}`);
  }
  await visitor.submit((await visitor.get(`${issuer}/logout`, { headers: PAGE })).forms.find(({ action }) => action.endsWith('/logout')), { headers: PAGE });
  assert.ok(canaries.size > 30, `${canaries.size} canaries`);
  const places = {
    'the log': lanyard.logText,
    'the journal': (await api('/journal?limit=1000')).text,
    'the figures': await (await fetch(`${lanyard.operationsUrl}/metrics`)).text(),
    'what explains': (await api('/explain/canary@example.net')).text,
    'the list of clients': (await api('/clients')).text,
  };
  for (const [place, text] of Object.entries(places)) {
    assert.ok(text.length > 10, place);
    for (const [canary, what] of canaries) {
      // An address that somebody made up themselves is theirs; only the path is written down, and here it was a token.
      const found = text.split('\n').filter((line) => line.includes(canary) && !line.includes(`/account/${canary}`));
      assert.deepEqual(found, [], `${what} is in ${place}`);
    }
  }
  const database = readFileSync(join(lanyard.folder, 'lanyard.db')).toString('latin1');
  for (const [canary, what] of canaries) if (!['form guard'].includes(what)) assert.ok(!database.includes(canary), `${what} is in the database`);
});

test('attack_156: a clock that jumps makes nothing live longer, and the server goes on', async (t) => {
  const clock = await takeClock(t, lanyard);
  const made = await target.tokens('web', { scope: SCOPE });
  const life = (token) => payloadOf(token).exp - payloadOf(token).iat;
  const usual = life(made.access_token);
  clock.move(-3600);
  await lanyard.untilLogged('clock.jumped', ({ seconds }) => seconds < -3500);
  const early = await target.tokens('web', { scope: SCOPE });
  assert.equal(life(early.access_token), usual);
  assert.ok(payloadOf(early.access_token).exp < payloadOf(made.access_token).exp);
  const later = (await target.refresh('web', made.refresh_token)).json;
  assert.equal(life(later.access_token), usual);
  clock.move(0);
  assert.equal(await target.userinfo(made.access_token), 200);
  clock.move(86_400);
  assert.equal(await target.userinfo(made.access_token), 401, 'a day later it is over');
  await lanyard.untilLogged('clock.jumped', ({ seconds }) => seconds > 80_000);
  for (const tokens of [early, later]) assert.equal(await target.userinfo(tokens.access_token), 401);
  assert.equal((await target.get(`${issuer}/account`)).status, 303, 'and so is the session');
  const late = await signIn(lanyard, target.office.university, 'ada', { client: target.office.visitor() }).then(() => 'in', () => 'out');
  assert.ok(['in', 'out'].includes(late), 'the provider\'s tokens are a day old for us');
  assert.equal((await target.office.visitor().get(`${issuer}/jwks`)).status, 200);
  clock.move(0);
  assert.equal((await target.get(`${issuer}/account`)).status, 200, 'back in time, the session that never was ended goes on');
  for (let beat = 0; beat < 20; ++beat) {
    clock.move(beat % 2 ? -7200 : 7200);
    assert.equal((await target.office.visitor().get(`${issuer}/jwks`)).status, 200);
  }
  clock.move(0);
  const verified = await lanyard.run('journal', 'verify');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

// What somebody does to the database beside the server.
const sql = (text) => execFileSync('python3', ['-c', `import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.executescript(sys.stdin.read())
c.commit()`, join(lanyard.folder, 'lanyard.db')], { input: text, encoding: 'utf8' });
const ask = (text) => JSON.parse(execFileSync('python3', ['-c', `import json, sqlite3, sys
print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.stdin.read()).fetchall(), default=lambda b: b.hex()))`, join(lanyard.folder, 'lanyard.db')], { input: text, encoding: 'utf8' }));

test('attack_158: a journal that was changed beside the server is found out, with the place', async () => {
  await lanyard.stop();
  const numbers = ask('SELECT seq FROM journal ORDER BY seq').map(([seq]) => seq);
  const [middle, next] = numbers.slice(Math.floor(numbers.length / 2));
  const whole = await lanyard.run('journal', 'verify');
  assert.equal(whole.code, 0, whole.stdout + whole.stderr);
  const file = join(lanyard.folder, 'lanyard.db');
  sql('PRAGMA wal_checkpoint(TRUNCATE);');
  const good = readFileSync(file);
  const deeds = {
    'an entry removed': `DELETE FROM journal WHERE seq = ${middle};`,
    'an entry edited': `UPDATE journal SET event = 'nothing' WHERE seq = ${middle};`,
    'the time of an entry': `UPDATE journal SET at = at + 1 WHERE seq = ${middle};`,
    'the end cut off': `DELETE FROM journal WHERE seq > ${middle};`,
    'two entries swapped': `UPDATE journal SET seq = -1 WHERE seq = ${middle}; UPDATE journal SET seq = ${middle} WHERE seq = ${next}; UPDATE journal SET seq = ${next} WHERE seq = -1;`,
  };
  for (const [name, deed] of Object.entries(deeds)) {
    sql(`${deed} PRAGMA wal_checkpoint(TRUNCATE);`);
    const told = await lanyard.run('journal', 'verify');
    assert.notEqual(told.code, 0, `${name}: ${told.stdout}`);
    const words = `${told.stdout}${told.stderr}`;
    assert.ok([middle, next].some((place) => new RegExp(`\\b${place}\\b`).test(words)), `${name}: the place is ${middle}\n${words}`);
    writeFileSync(file, good);
  }
  assert.equal((await lanyard.run('journal', 'verify')).code, 0);
  await lanyard.restart();
});

test('attack_151: sealed keys that changed their rows sign nothing', async () => {
  await lanyard.stop();
  const file = join(lanyard.folder, 'lanyard.db');
  sql('PRAGMA wal_checkpoint(TRUNCATE);');
  const good = readFileSync(file);
  const table = 'signing_keys';
  const rows = ask(`SELECT rowid FROM ${table} ORDER BY rowid`).map(([value]) => value);
  const sealed = ask(`SELECT name FROM pragma_table_info('${table}')`).map(([name]) => name).find((name) => /sealed|private/.test(name));
  assert.ok(rows.length >= 2 && sealed, `${rows.length} keys, ${sealed}`);
  sql(`CREATE TEMP TABLE two AS SELECT rowid AS r, ${sealed} AS s FROM ${table}; UPDATE ${table} SET ${sealed} = (SELECT s FROM two WHERE r <> ${table}.rowid LIMIT 1);`);
  lanyard.stopped = false;
  const started = await lanyard.start().then(() => true, () => false);
  if (started) {
    const answer = await target.token('post', {}).catch(() => undefined);
    const minted = await target.send('/token', undefined, { grant_type: 'client_credentials', client_id: 'post', client_secret: target.clients.get('post').client_secret });
    assert.ok(minted.status >= 500, `nothing is signed: ${minted.status} ${minted.text}`);
    assert.ok(answer === undefined || answer.status >= 400);
    lanyard.program.child.kill('SIGTERM');
    await lanyard.program.over;
  }
  writeFileSync(file, good);
  for (const suffix of ['-wal', '-shm']) execFileSync('rm', ['-f', `${file}${suffix}`]);
  lanyard.stopped = true;
  await lanyard.restart();
  assert.equal((await target.send('/token', undefined, { grant_type: 'client_credentials', client_id: 'post', client_secret: target.clients.get('post').client_secret })).status, 200);
});

test('attack_152 attack_161: a configuration that can not be right stops the start, and says where', async (t) => {
  const site = await startLanyard(t, { start: false });
  const good = JSON.parse(readFileSync(site.configFile, 'utf8'));
  const change = (edit) => {
    const config = JSON.parse(JSON.stringify(good));
    edit(config);
    return JSON.stringify(config, null, 2);
  };
  const server = (more) => change((config) => Object.assign(config.server, more));
  const key = good.server.secret_key;
  const cases = {
    'no key': [change((config) => delete config.server.secret_key), /secret_key/],
    'a short key': [server({ secret_key: randomBytes(16).toString('base64') }), /secret_key/],
    'one byte over and over': [server({ secret_key: Buffer.alloc(32, 7).toString('base64') }), /secret_key/],
    'a word as key': [server({ secret_key: 'changeme' }), /secret_key/],
    'the same key as old one': [server({ secret_key: `${key};${key}` }), /secret_key/],
    'an unknown key': [server({ colour: 'red' }), /colour/],
    'an unknown part': [change((config) => { config.sever = {}; }), /sever/],
    'a key twice': [`server:\n  public_url: "${good.server.public_url}"\n  public_url: "http://127.0.0.1:1"\n`, /twice|public_url/],
    'plain http to the world': [server({ public_url: 'http://id.example.org' }), /public_url/],
    'everybody as proxy': [server({ trusted_proxies: ['0.0.0.0/0'] }), /trusted_proxies/],
    'everybody as proxy, in the other alphabet': [server({ trusted_proxies: ['::/0'] }), /trusted_proxies/],
    'a wildcard as proxy': [server({ trusted_proxies: ['*'] }), /trusted_proxies/],
    'an issuer without TLS': [change((config) => { config.issuers = [{ id: 'x', issuer: 'http://issuer.example.org', audiences: ['x'] }]; }), /issuer/],
    'a provider without TLS': [change((config) => { config.providers = [{ id: 'x', issuer: 'http://issuer.example.org', client_id: 'x' }]; }), /issuer/],
    'no YAML': ['server: [', /lanyard\.yaml/],
  };
  for (const [name, [text, words]] of Object.entries(cases)) {
    writeFileSync(site.configFile, text, { mode: 0o600 });
    for (const command of [['config', 'check'], ['serve']]) {
      const answer = await site.run(...command);
      assert.ok(typeof answer.code === 'number' && answer.code > 0, `${name}, ${command.join(' ')}: ${answer.code} ${answer.stderr}`);
      assert.match(answer.stdout + answer.stderr, words, name);
      assert.ok(!`${answer.stdout}${answer.stderr}`.includes(key), `${name}: the key is not repeated`);
    }
  }
  writeFileSync(site.configFile, JSON.stringify(good), { mode: 0o600 });
  chmodSync(site.configFile, 0o644);
  const readable = await site.run('serve');
  assert.ok(readable.code > 0, 'a secret in a file that others can read');
  assert.match(readable.stderr, /read/);
  chmodSync(site.configFile, 0o600);
  assert.equal((await site.run('config', 'check')).code, 0);
  const unknown = await startLanyard(t, { start: false, env: { LANYARD_SERVER__COLOUR: 'red' } });
  assert.ok((await unknown.run('serve')).code > 0, 'an unknown setting of the environment');
});

test('attack_152: a key that was taken away while something is sealed under it', async (t) => {
  const site = await startLanyard(t);
  await site.stop();
  const config = JSON.parse(readFileSync(site.configFile, 'utf8'));
  const { secret_key } = config.server;
  config.server.secret_key = randomBytes(32).toString('base64');
  writeFileSync(site.configFile, JSON.stringify(config), { mode: 0o600 });
  const answer = await site.run('serve');
  assert.ok(answer.code > 0, answer.stderr);
  assert.match(answer.stdout + answer.stderr, /key/i);
  config.server.secret_key += `;${secret_key}`;
  writeFileSync(site.configFile, JSON.stringify(config), { mode: 0o600 });
  await site.restart();
});
