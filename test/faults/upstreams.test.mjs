// Who signs people in, and who issues tokens, refuses, hangs or lies: one person hears so in words and in time, nobody else
// notices, and it goes on by itself. FAULTS_LONG=1 waits for the recovery of each kind of fault.

import { strict as assert } from 'node:assert';
import { createServer } from 'node:net';
import { test } from 'node:test';

import { atEnd, until } from '../e2e/support/ending.mjs';
import { Client } from '../e2e/support/http.mjs';
import { startProvider } from '../e2e/support/provider.mjs';
import { admit, ask, PAGE, signIn } from '../e2e/support/site.mjs';
import { FAULTS, misbehave } from './support/bad_upstream.mjs';
import { startFaultySite } from './support/site.mjs';
import { honest } from './support/waiting.mjs';

const LONG = Boolean(process.env.FAULTS_LONG);
const LIMIT = 5000; // of one call
const SLACK = 3000; // of a busy machine
const SAID = { down: [503, 'The sign-in service does not answer'], wrong: [502, 'The answer could not be believed'] };
const AUDIENCE = 'https://here.example.org';

const button = (id, provider, more = {}) => ({ id, label: id, issuer: provider.issuer, client_id: 'lanyard', client_secret: 'a secret of two programs', allow_loopback: true, ...more });

// Two sign-in services: "uni", which is bad later, and "lab", which is not.
async function startTwo(t, { strict = false } = {}) {
  const provider = await startProvider(t, { strict });
  const lab = await startProvider(t);
  const site = await startFaultySite(t, { provider, config: { limits: { logins_per_minute: 10_000 }, providers: [button('uni', provider), button('lab', lab)] } });
  admit(lab, site.lanyard, 'lab');
  return { ...site, provider, lab };
}

// Chooses `id`; the page that leads to the service, or the one that says what is wrong.
async function choose(site, id, client) {
  const chooser = await client.get(`${site.lanyard.url}/login`, { headers: PAGE });
  const form = chooser.forms.find((one) => new URL(one.action).pathname === `/login/${id}`);
  const began = performance.now();
  const page = await client.follow(await client.submit(form, { headers: PAGE }));
  return { page, took: performance.now() - began };
}

// Up to the address with which the service sends the person back, which was not opened yet.
async function arrive(site, id, provider, who, client = new Client()) {
  const { page } = await choose(site, id, client);
  const [, away] = /url=(.*)$/.exec(page.headers.refresh ?? '') ?? assert.fail(page.text);
  const back = await provider.signIn(client, await client.get(away), who, (url) => url.startsWith(site.lanyard.url));
  return { client, address: back.location };
}

async function open({ client, address }) {
  const began = performance.now();
  const page = await client.follow(await client.get(address, { headers: PAGE }));
  return { page, took: performance.now() - began };
}

function assertSaid({ page, took }, seen, within) {
  const [status, words] = SAID[seen];
  assert.equal(page.status, status, page.text);
  assert.ok(page.text.includes(words), page.text);
  assert.match(page.text, /What to do: /);
  assert.ok(took < within, `the person waited ${Math.round(took)} ms`);
}

const isIn = ({ page }) => page.status === 200 && /Sign out/.test(page.text);

for (const [endpoint, path, strict] of [['token endpoint', '/token', false], ['userinfo endpoint', '/me', true]]) {
  test(`attack_041: whatever a sign-in service does at its ${endpoint}, one person hears of it in time`, async (t) => {
    const site = await startTwo(t, { strict });
    const waits = {};
    for (const [fault, { seen, slow }] of Object.entries(FAULTS)) {
      const arrived = await arrive(site, 'uni', site.provider, 'grace');
      const relieve = misbehave(site.provider, path, fault);
      const told = await open(arrived);
      relieve();
      assertSaid(told, seen, slow ? LIMIT + SLACK : SLACK);
      waits[fault] = Math.round(told.took);
      const again = await open(await arrive(site, 'uni', site.provider, 'grace'));
      assert.ok(isIn(again), `after ${fault}: ${again.page.status} ${again.page.text}`);
    }
    const arrived = await arrive(site, 'uni', site.provider, 'grace');
    await site.provider.stop();
    const told = await open(arrived);
    assertSaid(told, 'down', SLACK);
    await site.provider.start();
    assert.ok(isIn(await open(await arrive(site, 'uni', site.provider, 'grace'))));
    t.diagnostic(JSON.stringify({ endpoint, milliseconds: { ...waits, refused: Math.round(told.took) } }));
  });
}

test('attack_041: a sign-in service that is bad from the start is asked again by itself', async (t) => {
  const faults = LONG ? Object.keys(FAULTS) : ['silence', 'nonsense'];
  const bad = await Promise.all(faults.flatMap((fault) => ['/.well-known/openid-configuration', '/jwks'].map(async (path, index) => {
    const provider = await startProvider(t, { algorithms: ['ES256'] });
    return { id: `bad-${faults.indexOf(fault)}-${index}`, fault, path, provider, relieve: misbehave(provider, path, fault) };
  })));
  const provider = await startProvider(t);
  const site = await startFaultySite(t, { provider, config: { limits: { logins_per_minute: 10_000 }, providers: [button('uni', provider), ...bad.map((one) => button(one.id, one.provider))] } });
  for (const one of bad) admit(one.provider, site.lanyard, one.id);
  const told = await Promise.all(bad.map(({ id }) => choose(site, id, new Client())));
  // Metadata and keys are two calls, and four services share the threads that one of them may take.
  for (const one of told) assertSaid(one, 'down', 2 * LIMIT + SLACK);
  const relieved = Date.now();
  for (const { relieve } of bad) relieve();
  const back = {};
  await Promise.all(bad.map(async ({ id, fault, path }) => {
    await until(`the button of ${fault} at ${path}`, async () => (await choose(site, id, new Client())).page.status === 200, { seconds: 20, every: 500 });
    back[`${fault} at ${path}`] = Date.now() - relieved;
  }));
  t.diagnostic(JSON.stringify({ waited: Math.max(...told.map(({ took }) => Math.round(took))), back }));
});

test('attack_041: a sign-in service that speaks anything but TLS is one that can not be believed', async (t) => {
  const garbage = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\n\r\n{}'));
  await new Promise((resolve) => garbage.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => new Promise((resolve) => garbage.close(resolve)));
  const provider = await startProvider(t);
  const bad = { issuer: `https://127.0.0.1:${garbage.address().port}` };
  const site = await startFaultySite(t, { provider, config: { providers: [button('uni', provider), button('bad', bad)] } });
  assertSaid(await choose(site, 'bad', new Client()), 'down', SLACK);
  assert.match(JSON.stringify(site.lanyard.events('issuer.fetch_failed')), /TLS/);
});

test('attack_041: twenty sign-ins that hang hold up neither the gate nor those who sign in elsewhere', async (t) => {
  const site = await startTwo(t);
  const elsewhere = async () => {
    const began = performance.now();
    const { page } = await signIn(site.lanyard, site.lab, 'grace', { id: 'lab' });
    assert.ok(isIn({ page }), page.text);
    return Math.round(performance.now() - began);
  };
  const alone = { gate: await honest(site), elsewhere: await elsewhere() };
  const arrived = await Promise.all(Array.from({ length: 20 }, () => arrive(site, 'uni', site.provider, 'grace')));
  const relieve = misbehave(site.provider, '/token', 'silence');
  let over = false;
  const hanging = Promise.all(arrived.map(open)).finally(() => (over = true));
  await until('calls that hang', () => site.provider.counts.token > 2);
  const [gate, signIns] = await Promise.all([honest(site), (async () => {
    const times = [];
    while (!over || times.length < 3) times.push(await elsewhere());
    return times;
  })()]);
  const told = await hanging;
  for (const one of told) assertSaid(one, 'down', 2 * LIMIT + SLACK);
  relieve();
  const began = Date.now();
  await until('the service to be asked again', async () => isIn(await open(await arrive(site, 'uni', site.provider, 'grace'))), { seconds: 15, every: 500 });
  t.diagnostic(JSON.stringify({
    gate: { alone: alone.gate, beside: gate }, elsewhere: { alone: alone.elsewhere, slowest: Math.max(...signIns), count: signIns.length },
    hanging: { slowest: Math.round(Math.max(...told.map(({ took }) => took))) }, backAfter: Date.now() - began,
  }));
  assert.ok(Math.max(...signIns) < alone.elsewhere + SLACK, `somebody else waited ${Math.max(...signIns)} ms`);
  assert.ok(gate.p99 < 200 || gate.p50 < 2 * alone.gate.p50 + 5, `the gate: ${JSON.stringify(gate)}`);
});

test('attack_041 attack_042: whatever a token issuer does, its tokens alone wait, and are good again when it is', async (t) => {
  const kinds = Object.keys(FAULTS).flatMap((fault) => ['/.well-known/openid-configuration', '/jwks'].map((path) => ({ fault, path })));
  const bad = await Promise.all(kinds.map(async (kind, index) => {
    const provider = await startProvider(t, { algorithms: ['ES256'] });
    return { ...kind, id: `bad-${index}`, provider, relieve: misbehave(provider, kind.path, kind.fault), token: await provider.mint({ aud: AUDIENCE, scope: 'servicex' }) };
  }));
  const good = await startProvider(t, { algorithms: ['ES256'] });
  const issuer = ({ id, provider }) => ({ id, issuer: provider.issuer, audiences: [AUDIENCE], allow_loopback: true, keys_cool_down: '1s', admission: { new_accounts: 'active' } });
  const site = await startFaultySite(t, { config: { issuers: [issuer({ id: 'good', provider: good }), ...bad.map(issuer)] } });
  const call = async (token) => {
    const began = performance.now();
    const answer = await ask(site.lanyard, { token });
    return { status: answer.status, rule: answer.headers['x-lanyard-rule'], took: performance.now() - began };
  };
  const fresh = (provider, sub) => provider.mint({ aud: AUDIENCE, scope: 'servicex', sub });
  await until('the keys of the good issuer', async () => (await call(await fresh(good, 'first'))).status === 200, { seconds: 20 });
  const alone = await honest(site);
  const asked = Promise.all(bad.map(({ token }) => call(token)));
  const beside = await honest(site);
  const newcomers = [];
  for (let index = 0; index < 20; ++index) newcomers.push(await call(await fresh(good, `beside-${index}`)));
  for (const { status, rule } of newcomers) assert.equal(status, 200, rule);
  const told = await asked;
  for (const { status, rule, took } of told) {
    assert.deepEqual([status, rule], [401, 'unavailable']);
    assert.ok(took < 2 * LIMIT + SLACK, `the gate took ${took} ms`);
  }
  const relieved = Date.now();
  for (const { relieve } of bad) relieve();
  const back = await Promise.all(bad.map(async ({ token, fault, path }) => {
    await until(`tokens after ${fault} at ${path}`, async () => (await call(token)).status === 200, { seconds: 15, every: 250 });
    return Date.now() - relieved;
  }));
  t.diagnostic(JSON.stringify({
    gate: { alone, beside, newcomers: Math.round(Math.max(...newcomers.map(({ took }) => took))) },
    badIssuers: bad.length, slowestAnswer: Math.round(Math.max(...told.map(({ took }) => took))), backAfter: Math.max(...back),
  }));
});
