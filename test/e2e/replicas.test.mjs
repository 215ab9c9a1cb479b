// Two server processes on one PostgreSQL database: what one decides, the other knows within two seconds.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { until } from './support/ending.mjs';
import { startLanyard } from './support/lanyard.mjs';
import { sharedPostgres } from './support/postgres.mjs';
import { admit, adminTokenFile, ask, lanyardClient, signIn, startSite } from './support/site.mjs';

test('approve on one, the other lets in; suspend likewise', async (t) => {
  const database = (await sharedPostgres()).createDatabase().url;
  const { lanyard: first, provider } = await startSite(t, { database });
  const second = await startLanyard(t, { database, start: false });
  const config = JSON.parse(readFileSync(first.configFile, 'utf8'));
  const own = JSON.parse(readFileSync(second.configFile, 'utf8'));
  // The same site, its second process on another port.
  config.server = { ...config.server, listen: own.server.listen, operations_listen: own.server.operations_listen };
  writeFileSync(second.configFile, JSON.stringify(config), { mode: 0o600 });
  t.after(() => second.stop());
  await second.start();
  admit(provider, second);

  const { file } = await adminTokenFile(first, provider);
  const { client: grace } = await signIn(first, provider, 'grace');
  // The gate on the second process, with a token of grace's own; she waits.
  const check = async () => (await ask(second, { client: grace })).status;
  assert.equal(await check(), 401, 'her session at the application does not exist');

  const me = async () => (await grace.get(`${second.url}/account`, { headers: { accept: 'text/html' } })).status;
  assert.equal(await me(), 303, 'pending on the second process too');
  const decided = Date.now();
  const approved = await lanyardClient(first, file, 'user', 'approve', 'grace@example.com');
  assert.equal(approved.code, 0, approved.stderr);
  await until('the second process lets her in', async () => (await me()) === 200, { seconds: 3 });
  const approveTook = Date.now() - decided;

  const suspendedAt = Date.now();
  const suspended = await lanyardClient(first, file, 'user', 'suspend', 'grace@example.com', '--reason', 'a test');
  assert.equal(suspended.code, 0, suspended.stderr);
  await until('the second process shuts her out', async () => (await me()) !== 200, { seconds: 3 });
  const suspendTook = Date.now() - suspendedAt;
  t.diagnostic(`approve seen after ${approveTook} ms, suspend after ${suspendTook} ms, the commands included`);
  assert.ok(suspendTook < 3000, 'within two seconds of the decision');

  const intact = await first.run('journal', 'verify');
  assert.equal(intact.code, 0, intact.stdout);
});
