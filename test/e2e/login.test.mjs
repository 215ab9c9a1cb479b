// A person at a terminal: the command line's own tokens, against a certified provider (PA4, PA7, PA8, TK1, TK2).

import { strict as assert } from 'node:assert';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { approve, Home, scriptErrors, shownPage, startDeviceProvider } from './support/device.mjs';
import { atEnd, Program, temporaryFolder } from './support/ending.mjs';
import { program, run } from './support/lanyard.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const kept = (home) => join(home.state, readdirSync(home.state).find((name) => name.endsWith('.json')));
const mode = (path) => (lstatSync(path).mode & 0o777).toString(8);

// Says what was sent to it.
async function startListener(t) {
  const seen = [];
  const server = createServer((request, response) => {
    seen.push({ path: request.url, headers: request.headers });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"items": []}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => new Promise((resolve) => server.close(resolve)));
  return { seen, url: `http://127.0.0.1:${server.address().port}` };
}

test('row_PA4 row_PA8: sign in, say who, hand out, refresh when due, sign out', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t);
  const said = await home.login(provider);
  assert.match(said, /[A-Z]{4}-[A-Z]{4}/, 'the short code');
  assert.match(said, /Signed in at http\S+ as Ada Lovelace, until /);
  assert.equal(mode(home.state), '700');
  assert.equal(mode(kept(home)), '600');

  const file = JSON.parse(readFileSync(kept(home), 'utf8'));
  assert.equal(file.issuer, provider.issuer);
  for (const word of [file.access_token, file.id_token, file.refresh_token]) assert.ok(word && !said.includes(word));

  const printed = await home.run('token', 'print');
  assert.equal(printed.stdout, `${file.access_token}\n`, printed.stderr);
  assert.equal((await home.run('token', 'print', '--id-token')).stdout, `${file.id_token}\n`);
  assert.equal((await home.run('token', 'print', '--header')).stdout, `Authorization: Bearer ${file.access_token}\n`);
  const listed = JSON.parse((await home.run('token', 'list', '--json')).stdout);
  assert.deepEqual(listed.map((one) => [one.issuer, one.refreshes]), [[provider.issuer, true]]);
  assert.ok(!JSON.stringify(listed).includes(file.refresh_token));

  const before = provider.counts.token;
  const again = await home.run('token', 'print', '--refresh-if-under', '2h');
  assert.equal(provider.counts.token, before + 1, again.stderr);
  const rotated = JSON.parse(readFileSync(kept(home), 'utf8'));
  assert.equal(again.stdout, `${rotated.access_token}\n`);
  assert.notEqual(rotated.access_token, file.access_token);
  assert.notEqual(rotated.refresh_token, file.refresh_token, 'the provider rotates, and the new one is kept');

  const out = await home.run('logout');
  assert.equal(out.code, 0, out.stderr);
  assert.deepEqual(readdirSync(home.state).filter((name) => name.endsWith('.json')), []);
  const me = await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${rotated.access_token}` } });
  assert.equal(me.status, 401, 'revoked at the provider');
  assert.equal((await home.run('token', 'print')).code, 4);
  assert.equal((await home.run('logout')).code, 4);
});

test('row_PA4: URL and code are new each time; turned down, expired, unknown client', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t);
  const first = home.start('login', '--server', provider.issuer);
  const page = await shownPage(first);
  await approve(provider, page);
  assert.equal((await first.over).code, 5, first.text);
  assert.match(first.text, /turned down/);
  const second = home.start('login', '--server', provider.issuer);
  assert.notEqual(await shownPage(second), page);
  scriptErrors(provider, ['expired_token']);
  assert.equal((await second.over).code, 1, second.text);
  assert.match(second.text, /has expired/);
  const unknown = await home.run('login', '--server', provider.issuer, '--client-id', 'nobody');
  assert.equal(unknown.code, 5, unknown.stderr);
  assert.equal((await home.run('login')).code, 2, 'no server is named');
  assert.equal((await home.run('login', '--server', 'http://id.example.org')).code, 2, 'not https');
  assert.ok(!existsSync(home.state) || readdirSync(home.state).every((name) => !name.endsWith('.json')));
});

test('row_PA4: slow_down is obeyed, and Ctrl-C ends the waiting with 130', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t);
  const asked = scriptErrors(provider, ['slow_down']);
  const login = home.start('login', '--server', provider.issuer);
  await approve(provider, await shownPage(login), 'grace');
  assert.equal((await login.over).code, 0, login.text);
  assert.equal(asked.length, 2);
  assert.ok(asked[1] - asked[0] >= 5900, `asked again after ${asked[1] - asked[0]} ms`);

  const waiting = home.start('login', '--server', provider.issuer, '--vo', 'Rubin', '--client-id', 'lanyard-cli');
  await shownPage(waiting);
  assert.deepEqual(await waiting.stop('SIGINT'), { code: 130, signal: null });
  assert.equal(JSON.parse((await home.run('token', 'list', '--json')).stdout).length, 1);
});

test('row_PA8: two programs at once refresh once', async (t) => {
  let life = 2; // the first token is soon over, the next one not before the slowest of the programs has looked at it
  const provider = await startDeviceProvider(t, { life: () => life });
  const home = new Home(t);
  await home.login(provider);
  life = 3600;
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const before = provider.counts.token;
  const answers = await Promise.all([1, 2, 3, 4].map(() => home.run('token', 'print')));
  for (const answer of answers) assert.equal(answer.code, 0, answer.stderr);
  assert.equal(provider.counts.token, before + 1);
  assert.equal(new Set(answers.map((answer) => answer.stdout)).size, 1);
});

test('row_PA8: an ended sign-in says so, an outage harms nobody before the end', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t);
  await home.login(provider);
  const { access_token: token } = JSON.parse(readFileSync(kept(home), 'utf8'));
  await provider.stop();
  const still = await home.run('token', 'print', '--refresh-if-under', '2h');
  assert.equal(still.stdout, `${token}\n`);
  assert.match(still.stderr, /warning: /);
  const file = JSON.parse(readFileSync(kept(home), 'utf8'));
  writeFileSync(kept(home), JSON.stringify({ ...file, expires_at: file.obtained_at }));
  assert.equal((await home.run('token', 'print')).code, 7);
  await provider.start();
  scriptErrors(provider, ['invalid_grant']);
  const ended = await home.run('token', 'print');
  assert.equal(ended.code, 4);
  assert.match(ended.stderr, /lanyard login/);
});

test('row_PA8: links, other owners and readable files are refused, and nothing is written through a link', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t);
  await home.login(provider);
  const path = kept(home);
  const refused = async (words) => {
    const answer = await home.run('token', 'print');
    assert.equal(answer.code, 5, answer.stdout + answer.stderr);
    assert.match(answer.stderr, words);
    assert.equal(answer.stdout, '');
  };
  chmodSync(path, 0o644);
  await refused(/open to others/);
  chmodSync(path, 0o600);
  if (process.getuid() === 0) {
    chownSync(path, 12345, 12345);
    await refused(/another user/);
    chownSync(path, 0, 0);
  }
  chmodSync(home.state, 0o755);
  await refused(/open to others/);
  chmodSync(home.state, 0o700);
  const elsewhere = join(home.folder, 'elsewhere');
  renameSync(path, elsewhere);
  symlinkSync(elsewhere, path);
  await refused(/is a link/);
  const content = readFileSync(elsewhere, 'utf8');
  await home.login(provider, 'grace');
  assert.equal(readFileSync(elsewhere, 'utf8'), content);
  assert.ok(!lstatSync(path).isSymbolicLink());
  const victim = join(home.folder, 'victim');
  writeFileSync(victim, 'victim');
  const bearer = join(home.runtime, `bt_u${process.getuid()}`);
  symlinkSync(victim, bearer);
  const written = await home.run('token', 'print', '--write-bearer-file');
  assert.equal(written.stdout, `${bearer}\n`);
  assert.equal(readFileSync(victim, 'utf8'), 'victim');
  assert.equal(mode(bearer), '600');
  assert.equal(readFileSync(bearer, 'utf8'), JSON.parse(readFileSync(path, 'utf8')).access_token);
  await home.run('logout');
  assert.ok(!existsSync(bearer), 'the copy goes with the sign-in');
});

test('row_PA7: whoami says all of it without a network, for people, programs and in the words of PanDA', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t, { TZ: 'UTC' });
  assert.equal((await home.run('whoami')).code, 4);
  const none = await home.run('whoami', '--panda');
  assert.deepEqual([none.code, none.stdout], [4, 'No token found\n']);
  await home.login(provider, 'ada', '--organisation', 'Rubin');
  await provider.stop();
  const shown = await home.run('whoami');
  assert.equal(shown.code, 0, shown.stderr);
  for (const line of [/^file +\/.*\.json$/m, /^valid from +20/m, /^expires +20/m, /^name +Ada Lovelace$/m, /^e-mail +ada@example.org$/m, /^groups +Rubin, Rubin\/production$/m, /^organisation +Rubin$/m, /^issuer +http/m, /^scopes +.*offline_access/m]) {
    assert.match(shown.stdout, line);
  }
  const { id_token: token } = JSON.parse(readFileSync(kept(home), 'utf8'));
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  const json = JSON.parse((await home.run('whoami', '--json')).stdout);
  assert.deepEqual([json.name, json.email, json.groups, json.organisation], ['Ada Lovelace', 'ada@example.org', claims.groups, 'Rubin']);
  assert.equal(Date.parse(json.expires) / 1000, claims.exp);

  const date = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const lines = (file) =>
    `Filename:       ${file}\nValid starting: ${date(claims.iat)}\nExpires:        ${date(claims.exp)}\nName:           Ada Lovelace\n` +
    'Email:          ada@example.org\nGroups:         Rubin,Rubin/production\nOrganization:   Rubin\n';
  assert.equal((await home.run('whoami', '--panda')).stdout, lines(kept(home)));
  const root = temporaryFolder(t, 'panda');
  writeFileSync(join(root, '.token'), JSON.stringify({ id_token: token, refresh_token: 'r' }), { mode: 0o644 });
  home.env.PANDA_CONFIG_ROOT = root;
  assert.equal((await home.run('whoami', '--panda')).stdout, lines(join(root, '.token')));
});

test('several organisations at one issuer are kept apart', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t);
  await home.login(provider, 'ada', '--vo', 'Rubin', '--client-id', 'lanyard-cli');
  await home.login(provider, 'grace', '--organisation', 'DarkSide');
  const which = await home.run('whoami');
  assert.equal(which.code, 2);
  assert.match(which.stderr, /Several sign-ins/);
  assert.match((await home.run('whoami', '--vo', 'Rubin')).stdout, /Ada/);
  assert.match((await home.run('whoami', '--organisation', 'DarkSide')).stdout, /Grace/);
  assert.equal((await home.run('logout', '--vo', 'Rubin')).code, 0);
  assert.match((await home.run('whoami')).stdout, /Grace/);
  assert.equal((await home.run('logout', '--all')).code, 0);
});

test('row_TK1 row_TK2: each place in its order, and what is found is sent as a bearer', async (t) => {
  const { seen, url } = await startListener(t);
  const home = new Home(t, { LANYARD_SERVER: url });
  const temporary = `/tmp/bt_u${process.getuid()}`;
  const sent = async (...args) => {
    const answer = await home.run('user', 'list', ...args);
    assert.equal(answer.code, 0, answer.stderr);
    return seen.at(-1).headers.authorization;
  };
  if (!existsSync(temporary)) {
    assert.equal((await home.run('user', 'list')).code, 4);
    assert.equal(seen.length, 0, 'nothing is sent without a token');
  }
  writeFileSync(join(home.runtime, `bt_u${process.getuid()}`), '\n in-the-runtime-folder \n', { mode: 0o600 });
  assert.equal(await sent(), 'Bearer in-the-runtime-folder');
  home.env.BEARER_TOKEN_FILE = join(home.folder, 'named');
  writeFileSync(home.env.BEARER_TOKEN_FILE, 'in-the-named-file\n', { mode: 0o600 });
  assert.equal(await sent(), 'Bearer in-the-named-file');
  home.env.BEARER_TOKEN = ' in-the-variable ';
  assert.equal(await sent(), 'Bearer in-the-variable');
  delete home.env.BEARER_TOKEN;
  const configuration = join(home.folder, '.config', 'lanyard');
  mkdirSync(configuration, { recursive: true });
  const configured = join(home.folder, 'configured');
  writeFileSync(configured, 'in-the-configured-file', { mode: 0o600 });
  writeFileSync(join(configuration, 'config.yaml'), `token_file: ${configured}\n`);
  assert.equal(await sent(), 'Bearer in-the-configured-file');
  writeFileSync(join(configuration, 'config.yaml'), 'token: in-the-configuration\n');
  const refused = await home.run('user', 'list');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /does not belong into a configuration file/);
  assert.ok(!refused.stderr.includes('in-the-configuration'));
});

test('row_TK2: the kept token is sent where discovery finds none', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t, { LANYARD_SERVER: provider.issuer });
  await home.login(provider);
  let authorization;
  provider.intercept('/api/v1/accounts', (request, response) => {
    ({ authorization } = request.headers);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"items": []}');
  });
  const answer = await home.run('user', 'list');
  assert.equal(answer.code, 0, answer.stderr);
  assert.equal(authorization, `Bearer ${JSON.parse(readFileSync(kept(home), 'utf8')).access_token}`);
});

test('the tutorial, block by block', async (t) => {
  const provider = await startDeviceProvider(t);
  const home = new Home(t);
  const page = readFileSync(join(ROOT, 'docs', 'tutorials', 'a-token-from-a-terminal.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
  assert.ok(blocks.length >= 6);
  for (const block of blocks) {
    // The provider's own name for the place that says who one is.
    const command = block.replaceAll('https://id.example.org', provider.issuer).replace('/userinfo', '/me');
    const shell = new Program('bash', ['-euo', 'pipefail', '-c', command], { env: { ...home.env, PATH: `${dirname(program('lanyard'))}:${process.env.PATH}` } });
    atEnd(t, () => shell.stop('SIGKILL'));
    if (command.startsWith('lanyard login')) await approve(provider, await shownPage(shell), 'ada');
    assert.equal((await shell.over).code, 0, command + shell.text);
    if (command.includes('curl')) assert.equal(JSON.parse(shell.text).email, 'ada@example.org');
  }
});

test('help and completion know the commands', async () => {
  for (const command of [['login'], ['logout'], ['whoami'], ['token', 'print'], ['token', 'list']]) {
    const help = await run('lanyard', [...command, '--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`usage: lanyard ${command.join(' ')}`));
  }
  const completion = await run('lanyard', ['completion', 'bash']);
  for (const word of ['token print', 'whoami', '--refresh-if-under']) assert.ok(completion.stdout.includes(word));
});
