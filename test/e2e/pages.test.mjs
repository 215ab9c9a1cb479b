// The pages between an application, a program and a person: walked through in a browser without JavaScript, and each of them
// looked at with axe on a narrow and a wide screen, in light and dark.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { accessibilityFaults, screenshot, startBrowser } from './support/browser.mjs';
import { DEVICE, newSecret, startOffice } from './support/office.mjs';

const HUB = 'http://127.0.0.1:9/callback'; // nobody listens there: the browser is answered by the test
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'; // RFC 7636 appendix B
const LOOKS = [{ width: 360 }, { width: 1280 }].flatMap((size) => [{ ...size, dark: false }, { ...size, dark: true }]);

// Looks at what the browser without JavaScript shows, in a second one that runs axe. Its faults, gathered.
async function makeInspector(browser) {
  const inspecting = await browser.newPage({ bypassCSP: true });
  const faults = [];
  const inspect = async (page, name) => {
    const url = page.url();
    const html = await page.content();
    await inspecting.route(url, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }));
    for (const { width, dark } of LOOKS) {
      await inspecting.setViewportSize({ width, height: 800 });
      await inspecting.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      await inspecting.goto(url);
      const look = `${name} at ${width} px, ${dark ? 'dark' : 'light'}`;
      faults.push(...(await accessibilityFaults(inspecting)).map((fault) => `${look}: ${fault}`));
      const overflow = await inspecting.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) faults.push(`${look}: wider than the screen by ${overflow} px`);
      await screenshot(inspecting, `${name}-${width}-${dark ? 'dark' : 'light'}`);
    }
    await inspecting.unroute(url);
  };
  return { inspect, faults };
}

const title = (page) => page.locator('h1').textContent();

test('from the chooser to an approved program, and out again, without JavaScript', async (t) => {
  const office = await startOffice(t, {
    clients: [
      { client_id: 'panda-client', name: 'panda-client', application_type: 'native', token_endpoint_auth_method: 'none', scope: 'openid profile email offline_access', grant_types: [DEVICE, 'refresh_token'] },
      {
        client_id: 'hub', name: 'The example Hub', client_secret: newSecret(), scope: 'openid profile email groups', redirect_uris: [HUB],
        grant_types: ['authorization_code', 'refresh_token'], post_logout_redirect_uris: ['http://127.0.0.1:9/bye'],
      },
    ],
    groups: { ada: ['hub-users', 'Rubin'] },
  });
  const { issuer } = office;
  const browser = await startBrowser(t);
  const { inspect, faults } = await makeInspector(browser);
  const page = await browser.newPage({ javaScript: false, width: 360 });
  await page.context().route((url) => url.port === '9', (route) => route.fulfill({ status: 204 }));
  const press = async (name) => {
    await page.getByRole('button', { name }).click();
    await page.waitForLoadState();
  };

  const program = office.visitor();
  const form = { client_id: 'panda-client', scope: 'openid profile email offline_access' };
  const begun = (await program.post(`${issuer}/devicecode`, { form })).json;
  const poll = async () => (await program.post(`${issuer}/token`, { form: { grant_type: DEVICE, client_id: 'panda-client', device_code: begun.device_code } })).json;

  await page.goto(begun.verification_uri);
  assert.equal(await title(page), 'Sign in to connect a program');
  await inspect(page, 'chooser');
  await press(/Example University/);
  await page.getByRole('button', { name: 'Ada Lovelace', exact: true }).click();
  await page.waitForURL((url) => url.pathname === '/device');
  assert.equal(await title(page), 'Connect a program');
  await inspect(page, 'device');

  await page.getByLabel('Code', { exact: true }).fill('BCDF-GHJK');
  await press('Go on');
  assert.equal(await page.getByLabel('Code', { exact: true }).getAttribute('aria-invalid'), 'true');
  browser.forgive(); // the wrong code is answered with 422
  await inspect(page, 'device-error');
  await page.getByLabel('Code', { exact: true }).fill(` ${begun.user_code.toLowerCase().replace('-', ' ')}`);
  await press('Go on');
  assert.equal(await title(page), 'Let panda-client act for you?');
  const text = await page.locator('main').textContent();
  for (const shown of [begun.user_code, 'Ada Lovelace', 'ada@example.org', '127.0.0.1']) assert.ok(text.includes(shown), `${shown}: ${text}`);
  const [allow, refuse] = await Promise.all(['Allow', 'Refuse'].map((name) => page.getByRole('button', { name }).boundingBox()));
  assert.ok(Math.abs(allow.height - refuse.height) < 1 && Math.abs(allow.width - refuse.width) < 1, 'refusal is as large as consent');
  await inspect(page, 'device-confirm');
  assert.equal((await poll()).error, 'authorization_pending');
  await press('Allow');
  assert.equal(await title(page), 'panda-client is connected');
  await inspect(page, 'device-done');

  const ask = new URL(`${issuer}/authorize`);
  ask.search = new URLSearchParams({
    client_id: 'hub', response_type: 'code', redirect_uri: HUB, scope: 'openid profile email groups', state: 's-1', code_challenge: CHALLENGE, code_challenge_method: 'S256',
  });
  await page.goto(String(ask));
  assert.equal(await title(page), 'Let The example Hub know who you are?');
  const consent = await page.locator('main').textContent();
  for (const shown of ['Ada Lovelace', 'ada@example.org', 'hub-users', 'Rubin']) assert.ok(consent.includes(shown), `${shown}: ${consent}`);
  await inspect(page, 'consent');
  const arrived = page.waitForRequest((request) => request.url().startsWith(HUB));
  await press('Allow');
  assert.equal(new URL((await arrived).url()).searchParams.get('state'), 's-1');
  await inspect(page, 'taking-you-back');

  await page.goto(`${issuer}/authorize?client_id=nobody&response_type=code`);
  browser.forgive();
  await inspect(page, 'authorize-fault');

  await page.goto(`${issuer}/account`);
  await inspect(page, 'account');
  // The program waits its interval before it asks again.
  await new Promise((resolve) => setTimeout(resolve, 5100));
  const tokens = await poll();
  assert.ok(tokens.refresh_token, JSON.stringify(tokens));
  await page.goto(`${issuer}/account/apps`);
  assert.match(await page.locator('main').textContent(), /panda-client/);
  await inspect(page, 'account-apps');
  await press('Stop panda-client');
  assert.match(await page.locator('main').textContent(), /does not act for you any more/);
  const refreshed = await program.post(`${issuer}/token`, { form: { grant_type: 'refresh_token', client_id: 'panda-client', refresh_token: tokens.refresh_token } });
  assert.equal(refreshed.json.error, 'invalid_grant');

  await page.goto(`${issuer}/end_session?client_id=hub`);
  assert.equal(await title(page), 'Sign out?');
  await inspect(page, 'end-session');
  await press('Sign out');
  await inspect(page, 'end-session-done');
  assert.deepEqual(faults, []);
});
