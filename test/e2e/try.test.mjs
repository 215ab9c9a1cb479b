// lanyardd try, as somebody meets it: the practice application in a real browser, without scripts.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { startBrowser, screenshot } from './support/browser.mjs';
import { atEnd, freePort, Program } from './support/ending.mjs';
import { program, run } from './support/lanyard.mjs';
import { PandaClient } from './support/panda_client.mjs';

test('a newcomer waits, an administrator approves on the command line, the newcomer walks in', async (t) => {
  const port = await freePort();
  const lanyard = new Program(program('lanyardd'), ['try', '--port', String(port)], { name: 'lanyardd try' });
  atEnd(t, async () => assert.deepEqual(await lanyard.stop('SIGTERM', 40), { code: 0, signal: null }));
  await lanyard.untilReady(() => lanyard.text.includes('Ctrl-C ends it.'));
  const application = `http://127.0.0.1:${port + 2}/`;
  assert.ok(lanyard.text.includes(application));

  const browser = await startBrowser(t);
  const page = await browser.newPage({ javaScript: false });
  await page.goto(application);
  await screenshot(page, 'try-1-chooser');
  await page.getByRole('button', { name: /Practice University/ }).click();
  await page.getByRole('button', { name: /Noah Newcomer/ }).click();
  await page.waitForURL(/\/pending/);
  await screenshot(page, 'try-2-pending');

  const file = /BEARER_TOKEN_FILE=(\S+)/.exec(lanyard.text)[1];
  const approved = await run('lanyard', ['user', 'approve', 'noah@practice.example'], {
    env: { LANYARD_SERVER: `http://127.0.0.1:${port}`, BEARER_TOKEN_FILE: file },
  });
  assert.equal(approved.code, 0, approved.stderr);
  await page.goto(application);
  await page.getByRole('heading', { name: 'Hello, Noah Newcomer' }).waitFor();
  await screenshot(page, 'try-3-inside');

  // PanDA's own client, told by the lines that stand in the terminal.
  assert.match(lanyard.text, /export PANDA_AUTH=oidc PANDA_AUTH_VO=Rubin /);
  const panda = new PandaClient({ url: `http://127.0.0.1:${port}`, vo: 'Rubin' });
  await panda.configure();
  const device = await panda.startDevice();
  const mia = await browser.newPage({ javaScript: false });
  await mia.goto(device.verification_uri_complete);
  await mia.getByRole('button', { name: /Practice University/ }).click();
  await mia.getByRole('button', { name: /Mia Member/ }).click();
  await mia.getByRole('button', { name: 'Go on' }).click();
  await mia.getByRole('button', { name: 'Allow' }).click();
  await panda.poll();
  const verified = await panda.call('/panda/verify');
  assert.equal(verified.status, 200, verified.body);
  assert.match(JSON.parse(verified.body).data.dn, /^Mia Member\/CN=nickname:/);
});
