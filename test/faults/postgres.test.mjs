// PostgreSQL stops, hangs, or is swallowed by the network while people work: everybody gets an answer in time, nothing that
// was acknowledged is lost, and everything goes on by itself when it is back.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { sleep, until } from '../e2e/support/ending.mjs';
import { startPostgres } from '../e2e/support/postgres.mjs';
import { startLoad } from './support/load.mjs';
import { startFaultySite } from './support/site.mjs';
import { startSwallowingProxy } from './support/swallowing_proxy.mjs';

// Nobody waits longer, whatever the database does.
const LONGEST = 16_000;

// trouble(): the database is away. relief(): it is back.
async function endure(t, site, { trouble, relief, seconds, settled = 9 }) {
  const load = startLoad(site);
  t.after(() => (load.over = true));
  await until('load', () => load.kept.length > 20, { seconds: 30 });
  assert.equal((await site.gate()).status, 200);
  await trouble();
  const away = Date.now();
  await sleep(settled * 1000); // those who asked first have waited long enough
  // The database is away at the gate: no verdict is believed, and the proxy is told so at once, with Retry-After.
  const gate = await site.gate();
  assert.deepEqual([gate.status, gate.rule, Number(gate.retry) > 0], [401, 'unavailable', true]);
  assert.ok(gate.took < 8000, `the gate took ${gate.took} ms`);
  const reading = await site.read();
  assert.equal(reading.status, 503);
  assert.ok(Number(reading.headers.get('retry-after')) > 0);
  // What is verified without the database goes on.
  for (const path of ['/.well-known/openid-configuration', '/jwks']) {
    const { status } = await fetch(`${site.lanyard.url}${path}`, { signal: AbortSignal.timeout(5000) });
    assert.equal(status, 200, path);
  }
  assert.equal((await fetch(`${site.lanyard.operationsUrl}/healthz`)).status, 200);
  assert.equal((await site.ready()).status, 503);
  await sleep(Math.max(0, away + seconds * 1000 - Date.now()));
  await relief();
  const back = Date.now();
  await until('the next acknowledged write', () => load.kept.some(({ at }) => at > back), { seconds: 30 });
  const first = load.kept.find(({ at }) => at > back).at - back;
  await until('the gate to let in', async () => (await site.gate()).status === 200, { seconds: 10 });
  await until('readiness', async () => (await site.ready()).status === 200, { seconds: 15 });
  await load.end();
  const slowest = Math.max(...load.refused.map(({ took }) => took));
  t.diagnostic(JSON.stringify({ acknowledged: load.kept.length, refused: load.refused.length, slowestRefusal: slowest, backAfter: first }));
  assert.ok(load.refused.length > 0);
  assert.deepEqual([...new Set(load.refused.map(({ status }) => status))], [503]);
  for (const { headers } of load.refused) assert.ok(Number(headers.get('retry-after')) > 0);
  assert.ok(slowest < LONGEST, `somebody waited ${slowest} ms`);
  for (const { id } of load.kept) assert.ok(await site.isThere(id), `lost: ${id}`);
  await site.verifies();
}

test('attack_157: PostgreSQL stops and starts under load', async (t) => {
  const postgres = await startPostgres(t);
  const site = await startFaultySite(t, { database: postgres.createDatabase().url });
  await endure(t, site, { trouble: () => postgres.stop(), relief: () => postgres.start(), seconds: 5, settled: 3 });
});

test('attack_157: PostgreSQL hangs under load', async (t) => {
  const postgres = await startPostgres(t);
  const site = await startFaultySite(t, { database: postgres.createDatabase().url });
  const signal = (name) => {
    const children = execFileSync('pgrep', ['-P', String(postgres.program.pid)], { encoding: 'utf8' }).split('\n').filter(Boolean);
    for (const pid of [postgres.program.pid, ...children]) process.kill(Number(pid), name);
  };
  t.after(() => postgres.program.exit ?? process.kill(postgres.program.pid, 'SIGCONT'));
  await endure(t, site, { trouble: () => signal('SIGSTOP'), relief: () => signal('SIGCONT'), seconds: 20 });
});

test('attack_157: a commit whose wait for the standby was cancelled is not acknowledged', async (t) => {
  const postgres = await startPostgres(t);
  const site = await startFaultySite(t, { database: postgres.createDatabase().url });
  const load = startLoad(site);
  t.after(() => (load.over = true));
  await until('load', () => load.kept.length > 20, { seconds: 30 });
  const standbys = (names) => postgres.sql(`ALTER SYSTEM SET synchronous_standby_names = '${names}'; SELECT pg_reload_conf();`);
  standbys('nobody');
  const waiting = `FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
  let kept;
  try {
    await until('a commit that waits', () => postgres.sql(`SELECT pid ${waiting}`).length === 1, { seconds: 10 });
    await sleep(300); // until everybody has heard of the commit before
    kept = load.kept.length;
    postgres.sql(`SELECT pg_cancel_backend(pid) ${waiting}`);
    await until('somebody who is told', () => load.refused.length > 0, { seconds: 15 });
    assert.equal(load.kept.length, kept, 'nothing was acknowledged without a standby');
    assert.equal(load.refused[0].status, 503);
  } finally {
    standbys(''); // else nobody could stop anything
  }
  await until('the next acknowledged write', () => load.kept.length > kept, { seconds: 30 });
  await load.end();
  for (const { id } of load.kept) assert.ok(await site.isThere(id), `lost: ${id}`);
  await site.verifies();
});

test('attack_157: the network between Lanyard and PostgreSQL swallows everything', async (t) => {
  const postgres = await startPostgres(t);
  const proxy = await startSwallowingProxy(t, postgres.port);
  const { url } = postgres.createDatabase();
  const site = await startFaultySite(t, { database: url.replace(`:${postgres.port}/`, `:${proxy.port}/`) });
  await endure(t, site, { trouble: proxy.swallow, relief: proxy.pass, seconds: 20 });
});
