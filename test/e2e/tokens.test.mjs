// API tokens from a terminal: made, used, listed and revoked, and what a sign-in may not make of itself (TK2, SX9).

import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

import { Home, shownPage } from './support/device.mjs';
import { atEnd, Program } from './support/ending.mjs';
import { program } from './support/lanyard.mjs';
import { startOffice } from './support/office.mjs';
import { adminTokenFile } from './support/site.mjs';

const TOKEN = /lyt_[A-Za-z0-9_-]{49}/;
const MAKER = 'openid profile email offline_access account tokens';

const office = await startOffice({ after }, { groups: { ada: ['Rubin'], grace: ['Rubin'] }, config: { auth: { admin_email: 'ada@example.org' } } });
const root = await adminTokenFile(office.lanyard, office.university);

async function signedIn(t, who, ...args) {
  const home = new Home(t, { LANYARD_SERVER: office.issuer });
  const started = home.start('login', ...args);
  const page = await shownPage(started);
  await office.approve(page, { who });
  assert.equal((await started.over).code, 0, started.text);
  return home;
}

const me = (token) => office.visitor().get(`${office.issuer}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
const journal = async (query) => (await office.visitor().get(`${office.issuer}/api/v1/journal?${query}`, { headers: { authorization: `Bearer ${root.token}` } })).json.items;

test('row_TK2 row_SX9: a token is made for a program, works without a browser, is listed and revoked', async (t) => {
  const home = await signedIn(t, 'grace', '--scope', MAKER);
  const file = join(home.folder, 'report.token');
  const made = await home.run('token', 'create', 'nightly report', '--expires', '90d', '--secret-file', file);
  assert.equal(made.code, 0, made.stderr);
  assert.ok(!TOKEN.test(made.stdout + made.stderr));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const token = readFileSync(file, 'utf8').trim();
  assert.match(token, TOKEN);
  const who = await me(token);
  assert.equal(who.json.account.name, 'Grace Hopper');
  assert.deepEqual(who.json.scopes, ['account']);
  const days = (Date.parse(who.json.expires_at) - Date.now()) / 86_400_000;
  assert.ok(days > 89.9 && days < 90.1, `${days} days`);

  const listed = await home.run('token', 'list', '--at-server', '--json');
  assert.equal(listed.code, 0, listed.stderr);
  const [one] = JSON.parse(listed.stdout);
  assert.deepEqual([one.label, one.kind], ['nightly report', 'api_token']);
  assert.ok(!TOKEN.test(listed.stdout));
  // The program itself, without the sign-in.
  const robot = new Home(t, { LANYARD_SERVER: office.issuer, BEARER_TOKEN_FILE: file });
  const seen = await robot.run('token', 'list', '--at-server');
  assert.match(seen.stdout, new RegExp(`^${one.id}\tnightly report\taccount\t`));
  assert.equal((await robot.run('token', 'create', 'another', '--show-secret')).code, 5, 'it may not make tokens');

  const revoked = await home.run('token', 'revoke', one.id);
  assert.equal(revoked.code, 0, revoked.stderr);
  assert.equal((await me(token)).status, 401);
  assert.equal((await robot.run('token', 'list', '--at-server')).code, 4);
  assert.equal((await home.run('token', 'revoke', '000000000000000')).code, 3);
  const events = (await journal(`subject=credential:${one.id}`)).map(({ event }) => event);
  assert.deepEqual(events, ['credential.revoked', 'credential.created']);
  assert.ok(!office.logText.includes(token));
});

test('attack_111: a sign-in hands on nothing wider and nothing longer than itself', async (t) => {
  const plain = await signedIn(t, 'ada', '--scope', 'openid profile email offline_access account admin');
  const refused = await plain.run('token', 'create', 'x', '--show-secret');
  assert.equal(refused.code, 5, refused.stderr);
  assert.match(refused.stderr, /hint: .*lanyard login --scope .*tokens/);
  assert.equal((await plain.run('token', 'create', 'x', '--scope', 'admin', '--show-secret')).code, 5);

  const maker = await signedIn(t, 'ada', '--scope', MAKER);
  for (const scope of ['admin', 'servicex', 'tokens', 'account admin']) {
    const wide = await maker.run('token', 'create', 'x', '--scope', scope, '--show-secret');
    assert.equal(wide.code, 5, `${scope}: ${wide.stderr}`);
    assert.match(wide.stderr, /hint: It can hand on: .*account/);
  }
  const long = await maker.run('token', 'create', 'x', '--expires', '3000d', '--show-secret');
  assert.equal(long.code, 2, long.stderr);
  assert.equal((await maker.run('token', 'create', 'x', '--expires', 'soon', '--show-secret')).code, 2);
  const listed = JSON.parse((await maker.run('token', 'list', '--at-server', '--json')).stdout);
  assert.ok(listed.length > 0 && listed.every(({ label }) => label !== 'x'), 'none was made');
});

test('a new token goes only where it was asked to go', async (t) => {
  const home = await signedIn(t, 'grace', '--scope', MAKER);
  const before = JSON.parse((await home.run('token', 'list', '--at-server', '--json')).stdout).length;
  const nowhere = await home.run('token', 'create', 'x');
  assert.equal(nowhere.code, 2, nowhere.stderr);
  assert.match(nowhere.stderr, /--secret-file/);
  const file = join(home.folder, 'x.token');
  assert.equal((await home.run('token', 'create', 'x', '--scope', 'admin', '--secret-file', file)).code, 5);
  assert.ok(!existsSync(file), 'an empty file is not left behind');
  assert.equal(JSON.parse((await home.run('token', 'list', '--at-server', '--json')).stdout).length, before);
  const shown = await home.run('token', 'create', 'x', '--show-secret');
  assert.match(shown.stdout, new RegExp(`^${TOKEN.source}\n$`));
  assert.ok(!TOKEN.test(shown.stderr));
  const json = JSON.parse((await home.run('token', 'create', 'y', '--show-secret', '--json')).stdout);
  assert.match(json.token, TOKEN);
  assert.equal(json.label, 'y');
});

test('administrators see and revoke the tokens of others', async (t) => {
  const home = await signedIn(t, 'grace', '--scope', MAKER);
  const token = (await home.run('token', 'create', 'left behind', '--show-secret')).stdout.trim();
  const admin = new Home(t, { LANYARD_SERVER: office.issuer, BEARER_TOKEN_FILE: root.file });
  const listed = await admin.run('token', 'list', '--account', 'grace@example.com', '--json');
  assert.equal(listed.code, 0, listed.stderr);
  const found = JSON.parse(listed.stdout).find(({ label }) => label === 'left behind');
  assert.equal((await home.run('token', 'revoke', found.id, '--account', 'ada@example.org')).code, 5);
  const revoked = await admin.run('token', 'revoke', found.id, '--account', 'grace@example.com');
  assert.equal(revoked.code, 0, revoked.stderr);
  assert.equal((await me(token)).status, 401);
});

test('the device page says what the scope tokens means', async (t) => {
  const home = new Home(t, { LANYARD_SERVER: office.issuer });
  const started = home.start('login', '--scope', MAKER);
  const page = await shownPage(started);
  const visitor = office.visitor();
  let shown = '';
  const submit = visitor.submit.bind(visitor);
  visitor.submit = async (...args) => {
    const answer = await submit(...args);
    shown += answer.text ?? '';
    return answer;
  };
  await office.approve(page, { who: 'grace', visitor });
  assert.equal((await started.over).code, 0, started.text);
  assert.match(shown, /Make and revoke API tokens/);
});

test('the guide, block by block', async (t) => {
  const home = new Home(t);
  const page = readFileSync(new URL('../../docs/how-to/tokens-for-programs.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
  assert.ok(blocks.length >= 5);
  for (const block of blocks) {
    const command = block.replaceAll('https://id.example.org', office.issuer);
    const shell = new Program('bash', ['-euo', 'pipefail', '-c', command], { cwd: home.folder, env: { ...home.env, PATH: `${dirname(program('lanyard'))}:${process.env.PATH}` } });
    atEnd(t, () => shell.stop('SIGKILL'));
    if (command.startsWith('lanyard login')) await office.approve(await shownPage(shell), { who: 'grace' });
    assert.equal((await shell.over).code, 0, command + shell.text);
    if (command.startsWith('curl')) assert.equal(JSON.parse(shell.text).account.name, 'Grace Hopper');
  }
});
