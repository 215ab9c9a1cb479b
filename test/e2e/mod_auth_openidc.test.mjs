// Apache's mod_auth_openidc, certified and unchanged: protects an application, with us as its provider.

import { strict as assert } from 'node:assert';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { missingApache, startApache } from './support/apache.mjs';
import { startApplication } from './support/application.mjs';
import { freePort, until } from './support/ending.mjs';
import { render } from './support/nginx.mjs';
import { needsOf, newSecret, startOffice } from './support/office.mjs';
import { PAGE } from './support/site.mjs';
import { makeCertificates } from './support/tls.mjs';

const absent = missingApache();

test('mod_auth_openidc', { skip: absent }, async (t) => {
  const tls = makeCertificates(t);
  const application = await startApplication(t);
  const secret = newSecret();
  // The address of the site is registered with the office, and the site needs the office's: the site's port comes first.
  const host = '127.0.0.3';
  const port = await freePort(host);
  const site = `http://${host}:${port}`;
  const office = await startOffice(t, {
    tls,
    clients: [{
      client_id: 'wiki', client_secret: secret, token_endpoint_auth_method: 'client_secret_basic', scope: 'openid profile email',
      redirect_uris: [`${site}/wiki/redirect_uri`], post_logout_redirect_uris: [`${site}/public/bye`],
      grant_types: ['authorization_code', 'refresh_token'],
      backchannel_logout_uri: `${site}/wiki/redirect_uri?logout=backchannel`,
    }],
  });
  await needsOf(office, 'authorization_endpoint', 'userinfo_endpoint');
  const { introspection_endpoint: introspection } = await office.metadata();
  const apache = await startApache(t, {
    host, port,
    site: ({ folder }) => {
      copyFileSync(tls.caFile, join(folder, 'ca.pem'));
      // The example that people copy, with this test's addresses.
      const example = render(readFileSync(new URL('../../examples/apache/lanyard.conf', import.meta.url), 'utf8'), {
        'https://id.example.org/introspect': introspection,
        'https://id.example.org': office.issuer,
        'https://wiki.example.org': site,
        'http://127.0.0.1:8000/': `${application.url}/`,
        '${WIKI_SECRET}': secret,
        '${WIKI_PASSPHRASE}': newSecret(),
      });
      return `${example}
OIDCCABundlePath ${folder}/ca.pem
<Location /wiki/nobody>
  AuthType openid-connect
  Require claim email:nobody@example.org
</Location>`;
    },
  });

  const visitor = office.visitor();
  const claim = (name) => application.header(`oidc_claim_${name}`)[0];

  await t.test('leads to the office and back, and tells the application who came', async () => {
    const asked = await visitor.get(`${site}/wiki/page?x=1`, { headers: PAGE });
    assert.ok(asked.location?.startsWith(office.issuer), `${asked.status} ${asked.location}\n${apache.errors()}`);
    assert.equal(new URL(asked.location).searchParams.get('code_challenge_method'), 'S256');
    const back = await office.authorize(asked.location, site, { visitor });
    const page = await visitor.follow(await visitor.get(back.href, { headers: PAGE }));
    assert.equal(page.status, 200, `${page.text}\n${apache.errors()}`);
    assert.equal(page.url, `${site}/wiki/page?x=1`);
    assert.deepEqual([claim('name'), claim('email'), claim('email_verified')], ['Ada Lovelace', 'ada@example.org', '1']);
    assert.equal(claim('iss'), office.issuer);
    assert.ok(claim('sub'));
  });

  await t.test('decides by claims', async () => {
    assert.equal((await visitor.get(`${site}/wiki/editors/x`, { headers: PAGE })).status, 200);
    assert.notEqual((await visitor.get(`${site}/wiki/nobody`, { headers: PAGE })).status, 200);
  });

  await t.test('asks the office about a bearer token', async () => {
    const call = (token) => office.visitor().get(`${site}/api/x`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
    const token = application.requests.map(({ headers }) => headers.find(([name]) => name.toLowerCase() === 'oidc_access_token')?.[1]).find(Boolean);
    assert.ok(token, 'the application got the access token');
    assert.equal((await call()).status, 401);
    assert.equal((await call('never issued')).status, 401);
    const seen = application.requests.length;
    const answer = await call(token);
    assert.equal(answer.status, 200, apache.errors());
    assert.equal(application.requests.length, seen + 1);
    assert.ok(claim('sub'));
  });

  await t.test('hears behind the browser\'s back that somebody signed out', async () => {
    const other = office.visitor();
    const asked = await other.get(`${site}/wiki/page`, { headers: PAGE });
    const back = await office.authorize(asked.location, site, { visitor: other });
    assert.equal((await other.follow(await other.get(back.href, { headers: PAGE }))).status, 200, apache.errors());
    const leaving = await other.get(`${office.issuer}/logout`, { headers: PAGE });
    await other.submit(leaving.forms.find(({ action }) => action.endsWith('/logout')), { headers: PAGE });
    await until(() => `the site to end the session:\n${office.logText}\n${apache.errors()}`, async () => (await other.get(`${site}/wiki/page`, { headers: PAGE })).status === 302);
    assert.equal((await visitor.get(`${site}/wiki/page`, { headers: PAGE })).status, 200, 'other sessions go on');
  });

  await t.test('signs out at both places', async () => {
    const bye = `${site}/public/bye`;
    const leaving = await visitor.get(`${site}/wiki/redirect_uri?logout=${encodeURIComponent(bye)}`, { headers: PAGE });
    assert.ok(leaving.location?.startsWith(office.issuer), `${leaving.status} ${leaving.location} ${apache.errors()}`);
    await office.authorize(leaving.location, bye, { visitor });
    const again = await visitor.get(`${site}/wiki/page`, { headers: PAGE });
    assert.ok(again.location?.startsWith(office.issuer), 'the session at the site is over');
  });
});
