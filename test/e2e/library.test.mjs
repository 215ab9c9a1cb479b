// liblanyard as a stranger uses it: installed somewhere, found by pkg-config, called from C.

import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Home, startDeviceProvider } from './support/device.mjs';
import { surroundings, temporaryFolder } from './support/ending.mjs';
import { program } from './support/lanyard.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function call(command, args, env = {}) {
  return new Promise((done) => {
    execFile(command, args, { env: { ...surroundings(), ...env }, timeout: 120_000 }, (fault, stdout, stderr) => done({ code: fault ? fault.code : 0, stdout, stderr }));
  });
}

async function ok(command, args, env) {
  const answer = await call(command, args, env);
  assert.equal(answer.code, 0, `${command} ${args.join(' ')}\n${answer.stdout}${answer.stderr}`);
  return answer.stdout;
}

test('the example is built against the installed library, finds a token and checks it', async (t) => {
  const prefix = temporaryFolder(t, 'prefix');
  await ok('cmake', ['--install', dirname(program('lanyard')), '--component', 'library', '--prefix', prefix]);
  const [config] = readdirSync(prefix, { recursive: true }).filter((name) => String(name).endsWith('lanyard.pc')).map((name) => join(prefix, dirname(String(name))));
  assert.ok(config, 'lanyard.pc is installed');
  const flags = (await ok('pkg-config', ['--cflags', '--libs', 'lanyard'], { PKG_CONFIG_PATH: config })).trim().split(/\s+/);
  const example = join(prefix, 'token');
  await ok('cc', ['-std=c99', '-Wall', '-Wextra', '-Werror', '-o', example, join(ROOT, 'examples', 'c-client', 'token.c'), ...flags]);
  const libraries = dirname(config);
  const exported = await ok('nm', ['-D', '--defined-only', join(libraries, 'liblanyard.so.0')]);
  for (const line of exported.trim().split('\n')) assert.match(line, / (T lanyard_|A LANYARD_0)/, 'nothing else is exported');

  const provider = await startDeviceProvider(t);
  const home = new Home(t);
  const audience = 'https://storage.example.org';
  const token = (claims, options) => provider.mint({ sub: 'ada', aud: audience, scope: 'storage.read:/ storage.create:/home', ...claims }, options);
  const env = { ...home.env, LD_LIBRARY_PATH: libraries };
  const good = await call(example, [provider.issuer, audience], { ...env, BEARER_TOKEN: await token() });
  assert.deepEqual(good, { code: 0, stdout: 'token from BEARER_TOKEN\nof ada\nmay storage.read:/\nmay storage.create:/home\n', stderr: '' });

  const file = join(home.folder, 'token');
  writeFileSync(file, `${await token({}, { alg: 'ES256' })}\n`, { mode: 0o600 });
  const named = await call(example, [provider.issuer, audience], { ...env, BEARER_TOKEN_FILE: file });
  assert.match(named.stdout, /^token from \/.*token\nof ada\n/, named.stderr);

  const [stranger] = await provider.rotate();
  provider.keys.shift();
  provider.rebuild();
  for (const [what, bad] of Object.entries({
    'another audience': await token({ aud: 'https://elsewhere.example.org' }),
    'has expired': await token({ exp: Math.floor(Date.now() / 1000) - 120 }),
    'exp is missing': await token({ exp: undefined }),
    'another issuer': await token({ iss: 'https://elsewhere.example.org' }),
    'no key': await token({}, { key: stranger }),
  })) {
    const answer = await call(example, [provider.issuer, audience], { ...env, BEARER_TOKEN: bad });
    assert.equal(answer.code, 1, what);
    assert.ok(answer.stderr.includes(what), `${what}: ${answer.stderr}`);
  }
  const nobody = await call(example, [provider.issuer, audience], env);
  assert.match(nobody.stderr, /Nobody is signed in/);
});
