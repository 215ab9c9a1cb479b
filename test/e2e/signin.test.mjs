// People sign in through a certified OpenID provider, in a browser and without one.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';

import { accessibilityFaults, screenshot, startBrowser } from './support/browser.mjs';
import { Client } from './support/http.mjs';
import { startLanyard } from './support/lanyard.mjs';
import { startProvider } from './support/provider.mjs';

// A server with one provider or two ("uni" and "lab"), each on a host of its own.
async function start(t, { auth = {}, uni = {}, second = false, strict = false } = {}) {
  const providers = { uni: await startProvider(t, { host: '127.0.0.2', strict }) };
  if (second) providers.lab = await startProvider(t, { host: '127.0.0.3' });
  const labels = { uni: 'Example University', lab: 'The Lab' };
  const lanyard = await startLanyard(t, {
    config: {
      auth,
      clients: [{ id: 'wiki', name: 'Wiki', origin: 'http://127.0.0.4:9999' }],
      providers: Object.entries(providers).map(([id, provider]) => ({
        id,
        label: labels[id],
        issuer: provider.issuer,
        client_id: `lanyard-${id}`,
        client_secret: 'a secret of some length & more',
        allow_loopback: true,
        ...(id === 'uni' ? uni : {}),
      })),
    },
  });
  for (const [id, provider] of Object.entries(providers)) {
    provider.clients.push({
      client_id: `lanyard-${id}`,
      client_secret: 'a secret of some length & more',
      redirect_uris: [`${lanyard.url}/login/callback/${id}`],
    });
    provider.rebuild();
  }
  return { lanyard, ...providers };
}

// Presses the provider's button and follows the page that leads away.
async function begin(client, lanyard, id = 'uni', query = 'again=1') {
  const chooser = await client.get(`${lanyard.url}/login?${query}`);
  assert.equal(chooser.status, 200, chooser.text);
  const form = chooser.forms.find((one) => one.action.endsWith(`/login/${id}`));
  const leaving = await client.submit(form);
  assert.equal(leaving.status, 200, leaving.text);
  return client.get(leaving.headers.refresh.slice('0; url='.length));
}

// Up to the callback's own answer.
async function signIn(client, lanyard, provider, sub, { id = 'uni', query } = {}) {
  const asked = await begin(client, lanyard, id, query);
  const back = await provider.signIn(client, asked, sub, (url) => url.includes('/login/callback/'));
  return { url: back.location, response: await client.get(back.location) };
}

const to = (response) => {
  const { pathname, search } = new URL(response.location);
  return pathname + search;
};

describe('signing in', () => {
  test('a newcomer waits, with JavaScript off, on a narrow screen', async (t) => {
    const { lanyard } = await start(t);
    const page = await (await startBrowser(t)).newPage({ javaScript: false, width: 360 });
    await page.goto(`${lanyard.url}/login?client=wiki&to=/page`);
    assert.match(await page.title(), /Sign in to continue to Wiki/);
    await screenshot(page, 'signin-chooser-narrow');
    await page.getByRole('button', { name: 'Example University' }).click();
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.waitForURL(`${lanyard.url}/pending?client=wiki&to=%2Fpage`);
    await screenshot(page, 'signin-pending-narrow');
  });

  test('the pages are in order for everybody, light and dark', async (t) => {
    const { lanyard } = await start(t, { second: true });
    const browser = await startBrowser(t);
    for (const dark of [false, true]) {
      const page = await browser.newPage({ dark });
      const mode = dark ? 'dark' : 'light';
      for (const path of ['login', 'login?client=wiki', 'logout', 'login/link', 'login/problem/cancelled', 'login/problem/wrong-answer?ref=0123456789abcdef']) {
        await page.goto(`${lanyard.url}/${path}`);
        assert.deepEqual(await accessibilityFaults(page), [], path);
        await screenshot(page, `signin-${path.replace(/[^a-z]+/g, '-')}-${mode}`);
      }
    }
  });

  test('the browser is led away and back by itself, and can sign out again', async (t) => {
    const { lanyard } = await start(t);
    const page = await (await startBrowser(t)).newPage();
    await page.goto(`${lanyard.url}/login`);
    await page.getByRole('button', { name: 'Example University' }).click();
    await page.getByRole('button', { name: 'Grace Hopper' }).click();
    await page.waitForURL(`${lanyard.url}/pending`);
    await page.goto(`${lanyard.url}/logout`);
    await screenshot(page, 'signin-logout-asks');
    await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
    assert.match(await page.title(), /You are signed out/);
    await page.goto(`${lanyard.url}/pending`);
    assert.doesNotMatch(await page.textContent('main'), /Grace/);
  });

  test('claims come from userinfo where the ID token is silent', async (t) => {
    const { lanyard, uni } = await start(t, { strict: true, auth: { admin_email: 'ada@example.org' } });
    const { response } = await signIn(new Client(), lanyard, uni, 'ada');
    assert.equal(to(response), '/account');
    assert.equal(uni.counts.userinfo, 1);
  });

  test('row SX2: admin_email gives rights to a verified address and to no other', async (t) => {
    const { lanyard, uni } = await start(t, { auth: { admin_email: 'ada@example.org' } });
    const mallory = new Client();
    assert.equal(to((await signIn(mallory, lanyard, uni, 'mallory')).response), '/pending');
    assert.notEqual((await mallory.get(`${lanyard.url}/admin/queue`)).status, 200);
    const ada = new Client();
    assert.equal(to((await signIn(ada, lanyard, uni, 'ada')).response), '/account');
    assert.equal((await ada.get(`${lanyard.url}/admin/queue`)).status, 200);
  });

  test('a login that the person cancels is no error', async (t) => {
    const { lanyard, uni } = await start(t);
    const client = new Client();
    const { response } = await signIn(client, lanyard, uni, undefined, { query: 'client=wiki&to=/page' });
    assert.match(to(response), /^\/login\/problem\/cancelled\?client=wiki&to=%2Fpage&ref=/);
    const page = await client.get(response.location);
    assert.equal(page.status, 200);
    assert.match(page.text, /You did not sign in/);
    assert.equal(client.cookie('lanyard'), undefined);
  });

  test('attack row 64: a wrong state, and an answer that is opened twice', async (t) => {
    const { lanyard, uni } = await start(t);
    const client = new Client();
    const asked = await begin(client, lanyard);
    const { location } = await uni.signIn(client, asked, 'ada', (url) => url.includes('/login/callback/'));
    const forged = new URL(location);
    forged.searchParams.set('state', 'A'.repeat(43));
    assert.match(to(await client.get(forged.href)), /^\/login\/problem\/already-used/);
    assert.equal(uni.counts.token, 0);
    const login = client.cookie('lanyard-login').value;
    assert.equal(to(await client.get(location)), '/pending');
    const again = await client.get(location, { headers: { cookie: `lanyard-login=${login}` } });
    assert.match(to(again), /^\/login\/problem\/already-used/);
    assert.equal(uni.counts.token, 1);
  });

  test('attack row 65: an answer in another browser', async (t) => {
    const { lanyard, uni } = await start(t);
    const attacker = new Client();
    const asked = await begin(attacker, lanyard);
    const { location } = await uni.signIn(attacker, asked, 'mallory', (url) => url.includes('/login/callback/'));
    const victim = new Client();
    await victim.get(`${lanyard.url}/login`);
    assert.match(to(await victim.get(location)), /^\/login\/problem\/other-browser/);
    assert.equal(victim.cookie('lanyard'), undefined);
    assert.equal(uni.counts.token, 0);
  });

  test('two providers: the same address is two people, and one is told of the other', async (t) => {
    const { lanyard, uni, lab } = await start(t, { second: true });
    assert.equal(to((await signIn(new Client(), lanyard, uni, 'ada')).response), '/pending');
    const second = new Client();
    const { url, response } = await signIn(second, lanyard, lab, 'ada', { id: 'lab' });
    assert.equal(to(response), '/login/link');
    // Attack row 63: the answer of one provider at the address of the other.
    const asked = await begin(second, lanyard, 'lab');
    const { location } = await lab.signIn(second, asked, 'ada', (next) => next.includes('/login/callback/'));
    assert.match(to(await second.get(location.replace('/callback/lab', '/callback/uni'))), /^\/login\/problem\//);
    assert.equal(uni.counts.token, 1);
    assert.ok(url);
  });

  test('one provider is down, the other goes on working', async (t) => {
    const { lanyard, uni, lab } = await start(t, { second: true });
    await uni.stop();
    const client = new Client();
    const chooser = await client.get(`${lanyard.url}/login`);
    const form = chooser.forms.find((one) => one.action.endsWith('/login/uni'));
    assert.match(to(await client.submit(form)), /^\/login\/problem\/provider-down/);
    assert.equal(to((await signIn(client, lanyard, lab, 'ada', { id: 'lab' })).response), '/pending');
  });

  test('secrets and codes do not reach the log', async (t) => {
    const { lanyard, uni } = await start(t);
    const client = new Client();
    const { url } = await signIn(client, lanyard, uni, 'ada');
    for (const name of ['code', 'state']) assert.ok(!lanyard.logText.includes(new URL(url).searchParams.get(name)), name);
    assert.ok(!lanyard.logText.includes('a secret of some length'));
    assert.ok(!lanyard.logText.includes(client.cookie('lanyard').value));
  });
});
