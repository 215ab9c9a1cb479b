// Debian's JupyterHub with GenericOAuthenticator and the configuration of examples/jupyterhub, in a real browser.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { screenshot, startBrowser } from './support/browser.mjs';
import { freePort } from './support/ending.mjs';
import { example, missingJupyterHub, startJupyterHub } from './support/jupyterhub.mjs';
import { render } from './support/nginx.mjs';
import { needsOf, newSecret, startOffice } from './support/office.mjs';
import { PEOPLE } from './support/provider.mjs';

test('row_GL17: an unmodified JupyterHub logs its users in through us', { skip: missingJupyterHub() }, async (t) => {
  const host = '127.0.0.4';
  const port = await freePort(host);
  const url = `http://${host}:${port}`;
  const secret = newSecret();
  const people = { ada: { ...PEOPLE.ada, groups: ['hub-users', 'hub-admins'] }, grace: { ...PEOPLE.grace, groups: ['others'] } };
  const office = await startOffice(t, {
    people,
    groups: { ada: ['hub-users', 'hub-admins'], grace: ['others'] },
    clients: [{
      client_id: 'hub', client_secret: secret, redirect_uris: [`${url}/hub/oauth_callback`], token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'], scope: 'openid profile email groups offline_access',
    }],
  });
  await needsOf(office, 'authorization_endpoint', 'userinfo_endpoint');
  const found = await office.metadata();
  const configuration = render(example('jupyterhub/jupyterhub_config.py'), {
    'https://hub.example.org': url,
    'https://id.example.org/authorize': found.authorization_endpoint,
    'https://id.example.org/token': found.token_endpoint,
    'https://id.example.org/userinfo': found.userinfo_endpoint,
    'https://id.example.org/logout': office.lanyard ? `${office.issuer}/logout` : found.end_session_endpoint,
    'auth_refresh_age = 300': 'auth_refresh_age = 1',
  });
  const hub = await startJupyterHub(t, { configuration, secret, host, port });
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  const enter = async (where, name) => {
    await where.goto(`${url}/hub/login`);
    await where.getByRole('link', { name: /Sign in with Lanyard/ }).or(where.getByRole('button', { name: /Sign in with Lanyard/ })).first().click();
    await office.passInBrowser(where, (next) => next.startsWith(url), { name });
  };

  await t.test('signs a person in and starts the server', async () => {
    await enter(page, 'Ada Lovelace');
    await page.getByRole('heading', { name: 'Server of ada' }).waitFor({ timeout: 10_000 }).catch((fault) => {
      throw new Error(`${fault.message}\n${page.url()}\n${hub.logs()}`);
    });
    await screenshot(page, 'jupyterhub-server');
  });

  await t.test('knows the groups: this one is an administrator', async () => {
    const answer = await page.goto(`${url}/hub/admin`);
    assert.equal(answer.status(), 200, hub.logs());
  });

  await t.test('asks the office again and again, in parallel, and nobody is thrown out', async () => {
    await page.goto(`${url}/hub/home`);
    await new Promise((resolve) => setTimeout(resolve, 1100)); // older than auth_refresh_age
    const seen = await page.evaluate(async () => {
      const all = await Promise.all(Array.from({ length: 8 }, () => fetch('/hub/home', { redirect: 'manual' })));
      return all.map(({ status }) => status);
    });
    assert.deepEqual(seen, Array(8).fill(200), hub.logs());
  });

  await t.test('keeps those out who are in no group of its', async () => {
    const other = await browser.newPage();
    await enter(other, 'Grace Hopper');
    assert.match(await other.textContent('body'), /403/);
    browser.forgive();
  });

  await t.test('signs out at both places', async () => {
    await page.goto(`${url}/hub/logout`);
    await page.waitForURL((next) => String(next).startsWith(office.issuer));
    await page.goto(`${url}/hub/home`);
    assert.match(page.url(), /\/hub\/login/);
    browser.forgive();
  });
});
