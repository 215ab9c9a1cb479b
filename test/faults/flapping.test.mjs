// A key endpoint that answers, refuses, publishes nothing and fails by turns, each for a tenth of a second, and issuers that
// are away for two days. FAULTS_SECONDS=30 for the figures.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { atEnd, sleep, until } from '../e2e/support/ending.mjs';
import { takeClock } from '../e2e/support/clock.mjs';
import { Client } from '../e2e/support/http.mjs';
import { startProvider } from '../e2e/support/provider.mjs';
import { ask, PAGE, signIn, startSite } from '../e2e/support/site.mjs';

const SECONDS = Number(process.env.FAULTS_SECONDS ?? 6);
const TURN = 100; // ms
const AUDIENCE = 'https://here.example.org';
const GOOD = { aud: AUDIENCE, scope: 'servicex' };
const HOUR = 3600;

const issuer = (provider, more = {}) => ({
  id: 'grid', issuer: provider.issuer, audiences: [AUDIENCE], allow_loopback: true, admission: { new_accounts: 'active' }, ...more,
});

// Each turn gives what ends it, or nothing.
function startFlapping(t, provider) {
  const turns = [
    async () => {},
    async () => {
      await provider.stop();
      return () => provider.start();
    },
    async () => provider.intercept('/jwks', (_, response) => response.setHeader('content-type', 'application/json').end('{"keys":[]}')),
    async () => provider.intercept('/jwks', (_, response) => response.writeHead(500).end()),
  ];
  const flapping = { over: false, turns: 0 };
  flapping.running = (async () => {
    while (!flapping.over) {
      const end = await turns[flapping.turns++ % turns.length]();
      await sleep(TURN);
      await end?.();
    }
  })();
  flapping.end = async () => {
    flapping.over = true;
    await flapping.running;
  };
  atEnd(t, flapping.end);
  return flapping;
}

test('attack_049: a key endpoint that flaps refuses no good token, is asked once a cool-down, and is believed when it rotates', async (t) => {
  const grid = await startProvider(t, { algorithms: ['ES256'] });
  const { lanyard } = await startSite(t, { config: { issuers: [issuer(grid, { keys_refresh: '2s', keys_cool_down: '1s' })] } });
  const call = async (token) => {
    const began = performance.now();
    const { status, headers } = await ask(lanyard, { token });
    return { status, rule: headers['x-lanyard-rule'], took: performance.now() - began };
  };
  const fetches = () => lanyard.events('issuer.keys_fetched').length + lanyard.events('issuer.fetch_failed').length;
  const good = await Promise.all(Array.from({ length: 10 }, (_, index) => grid.mint({ ...GOOD, sub: `person-${index}` })));
  const unknown = async () => grid.mint(GOOD, { header: { kid: `made-up-${Math.random()}` } });
  for (const token of good) await until('the keys', async () => (await call(token)).status === 200);

  const [before, began] = [fetches(), Date.now()];
  const flapping = startFlapping(t, grid);
  const load = { over: false, good: [], unknown: [] };
  const running = [
    (async () => {
      for (let index = 0; !load.over; ++index) load.good.push(await call(good[index % good.length]));
    })(),
    (async () => {
      while (!load.over) load.unknown.push(await call(await unknown()));
    })(),
  ];
  await sleep((SECONDS * 1000) / 2);
  await grid.rotate();
  const rotated = Date.now();
  const fresh = await grid.mint({ ...GOOD, sub: 'after' });
  // One turn in four answers, and a fetch needs the metadata and the keys within one.
  await until('the new key', async () => (await call(fresh)).status === 200, { seconds: 60, every: 50 });
  const seen = Date.now() - rotated;
  await sleep(Math.max(0, began + SECONDS * 1000 - Date.now()));
  load.over = true;
  await Promise.all(running);
  const seconds = (Date.now() - began) / 1000;
  const asked = fetches() - before;
  await flapping.end();

  const times = load.good.map(({ took }) => took).sort((a, b) => a - b);
  t.diagnostic(JSON.stringify({
    seconds: Math.round(seconds), turns: flapping.turns, good: load.good.length, unknown: load.unknown.length, fetches: asked,
    failed: lanyard.events('issuer.fetch_failed').length, rotationSeen: seen, goodP99: times[Math.floor(times.length * 0.99)],
  }));
  for (const { status, rule } of load.good) assert.equal(status, 200, rule);
  for (const { status } of load.unknown) assert.equal(status, 401);
  assert.ok(lanyard.events('issuer.fetch_failed').length > 0, 'it never failed');
  assert.ok(asked <= seconds + 2, `${asked} fetches in ${seconds} s, where one a second is the rule`);

  // Nothing is stuck: another rotation is seen after one cool-down.
  await grid.rotate();
  const last = await grid.mint({ ...GOOD, sub: 'last' });
  await until('the last key', async () => (await call(last)).status === 200, { seconds: 10 });
  for (const token of [...good, fresh]) assert.equal((await call(token)).status, 200);
});

test('row_TK4: issuer and sign-in service are away for two days', async (t) => {
  const [provider, grid] = [await startProvider(t), await startProvider(t, { algorithms: ['ES256'] })];
  const { lanyard } = await startSite(t, { provider, config: { issuers: [issuer(grid, { keys_cool_down: '2s' })], auth: { session_idle: '10d', session_life: '20d' } } });
  const clock = await takeClock(t, lanyard);
  let hours = 0;
  // Somebody who was given a token before the outage has one of that length left; it is the key that is in question.
  const token = (more = {}) => {
    const now = Math.floor(Date.now() / 1000) + hours * HOUR;
    return grid.mint({ ...GOOD, iat: now - 5, nbf: now - 5, exp: now + 600, ...more });
  };
  const bearer = async (claims) => (await ask(lanyard, { token: await token(claims) })).status;
  const { client } = await signIn(lanyard, provider, 'ada');
  await until('the keys', async () => (await bearer({ sub: 'first' })) === 200);
  await provider.stop();
  await grid.stop();
  const seen = {};
  for (hours of [1, 12, 47, 49]) {
    clock.move(hours * HOUR);
    const visitor = new Client();
    const chooser = await visitor.get(`${lanyard.url}/login`, { headers: PAGE });
    const [form] = chooser.forms.filter(({ action }) => action.endsWith('/login/uni'));
    const begun = await visitor.submit(form, { headers: PAGE });
    seen[hours] = {
      known: await bearer({ sub: 'first' }), newcomer: await bearer({ sub: `new-${hours}` }), session: (await client.get(`${lanyard.url}/account`, { headers: PAGE })).status,
      chooser: chooser.status, signIn: (await visitor.follow(begun)).status, ownKeys: (await new Client().get(`${lanyard.url}/jwks`)).status,
    };
  }
  t.diagnostic(JSON.stringify(seen));
  const all = { session: 200, chooser: 200, ownKeys: 200 };
  for (const early of [1, 12, 47]) assert.deepEqual(seen[early], { ...all, known: 200, newcomer: 200, signIn: 200 }, `${early} h`);
  assert.deepEqual(seen[49], { ...all, known: 401, newcomer: 401, signIn: 503 }, '49 h');
  await grid.start();
  await until('the issuer to be believed again', async () => (await bearer({ sub: 'first' })) === 200, { seconds: 90 });
});
