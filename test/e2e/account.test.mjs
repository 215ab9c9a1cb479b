// Somebody unknown asks to be let in, an administrator decides, and both use a browser without scripts.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { accessibilityFaults, screenshot, startBrowser } from './support/browser.mjs';
import { PEOPLE } from './support/provider.mjs';
import { startSite } from './support/site.mjs';

async function signIn(page, lanyard, name) {
  await page.goto(`${lanyard.url}/`);
  await page.getByRole('button', { name: 'Sign in with Example University' }).click();
  await page.getByRole('button', { name, exact: true }).click();
  await page.waitForURL(`${lanyard.url}/**`);
}

test('row_SX6 somebody unknown waits, and an administrator lets them in, all without scripts', async (t) => {
  const { lanyard } = await startSite(t);
  const { newPage } = await startBrowser(t);
  const admin = await newPage({ javaScript: false });
  await signIn(admin, lanyard, PEOPLE.ada.name);
  await admin.waitForURL(`${lanyard.url}/account`);

  const person = await newPage({ javaScript: false, width: 360 });
  await signIn(person, lanyard, PEOPLE.grace.name);
  await person.waitForURL(/\/pending/);
  await person.getByRole('heading', { name: 'Your request waits for a decision' }).waitFor();
  await person.getByLabel('Note to the people who decide').fill('I work with Ada');
  await person.getByRole('button', { name: 'Save the note' }).click();
  await person.getByText('Your note was saved.').waitFor();
  await person.goto(`${lanyard.url}/account/tokens`);
  assert.match(person.url(), /\/pending$/);

  await admin.getByRole('link', { name: 'Requests' }).click();
  const card = admin.getByRole('listitem').filter({ hasText: PEOPLE.grace.email });
  await card.getByText('I work with Ada').waitFor();
  await card.getByRole('button', { name: 'Approve' }).click();
  await admin.getByText('Nobody waits for a decision.').waitFor();

  await person.reload();
  await person.waitForURL(`${lanyard.url}/account`);
  await person.getByRole('heading', { name: PEOPLE.grace.name }).waitFor();

  await person.goto(`${lanyard.url}/account/tokens`);
  await person.getByLabel('What is it for?').fill('a test');
  await person.getByLabel('Words for services').fill('servicex');
  await person.getByRole('button', { name: 'Make the token' }).click();
  assert.match(await person.locator('pre').innerText(), /^lyt_/);
  await person.getByRole('button', { name: 'Sign out' }).click();
  await person.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await person.goto(`${lanyard.url}/account`);
  assert.match(person.url(), /\/login/);
});

test('the pages can be used by everybody, in light and dark', async (t) => {
  const { lanyard } = await startSite(t);
  const { newPage } = await startBrowser(t);
  await signIn(await newPage(), lanyard, PEOPLE.ada.name);
  const waiting = await newPage();
  await signIn(waiting, lanyard, PEOPLE.grace.name);
  for (const dark of [false, true]) {
    const admin = await newPage({ dark, width: dark ? 360 : 1000 });
    await signIn(admin, lanyard, PEOPLE.ada.name);
    await admin.waitForURL(`${lanyard.url}/account`);
    await admin.goto(`${lanyard.url}/admin/accounts`);
    const grace = await admin.getByRole('link', { name: PEOPLE.grace.name }).getAttribute('href');
    const pages = ['/account', '/account/profile', '/account/identities', '/account/sessions', '/account/tokens',
      '/account/groups', '/admin/queue', '/admin/accounts', grace];
    for (const path of pages) {
      await admin.goto(lanyard.url + path);
      assert.deepEqual(await accessibilityFaults(admin), [], path);
      await screenshot(admin, `account${(path === grace ? '/person' : path).replaceAll('/', '-')}-${dark ? 'dark' : 'light'}`);
    }
    await waiting.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await waiting.goto(`${lanyard.url}/pending`);
    assert.deepEqual(await accessibilityFaults(waiting), [], '/pending');
  }
});
