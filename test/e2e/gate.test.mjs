// Applications that know nothing of logins, behind nginx and Caddy with the recipes of examples/, and Lanyard as their gate.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createRemoteJWKSet, jwtVerify } from 'jose';

import { startApplication } from './support/application.mjs';
import { startCaddy } from './support/caddy.mjs';
import { atEnd } from './support/ending.mjs';
import { Client, rawRequest } from './support/http.mjs';
import { startLanyard } from './support/lanyard.mjs';
import { startNginx } from './support/nginx.mjs';
import { startProvider } from './support/provider.mjs';

const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples');
const example = (name) => readFileSync(join(EXAMPLES, name), 'utf8');
const PAGE = { accept: 'text/html' };
const IDENTITY = ['remote-user', 'remote-name', 'remote-email', 'remote-groups', 'x-lanyard-account', 'x-lanyard-issuer',
  'x-lanyard-subject', 'x-lanyard-scope', 'x-lanyard-token'];

// Two applications, three sites that have no cookies in common.
async function startSites(t) {
  const provider = await startProvider(t);
  const lab = await startProvider(t);
  const application = await startApplication(t);
  const lanyard = await startLanyard(t, { start: false });
  const place = { '127.0.0.1:8080': `127.0.0.1:${lanyard.port}`, '127.0.0.1:3000': `127.0.0.1:${application.port}` };
  const nginx = await startNginx(t, {
    host: '127.0.0.2',
    site: ({ host, port }) => example('nginx/lanyard.conf').replace('listen 80;', `listen ${host}:${port};`),
    replace: { ...place, 'wiki.example.org': '127.0.0.2' },
  });
  const caddy = await startCaddy(t, {
    host: '127.0.0.3',
    site: ({ host, port }) => example('caddy/Caddyfile').replace('wiki.example.org {', `http://${host}:${port} {`),
    replace: { ...place, '/gate/app/wiki': '/gate/app/blog', '/gate/check/wiki': '/gate/check/blog' },
  });
  const issuer = (id, { issuer: url }) => ({ id, issuer: url, audiences: ['https://here.example.org'], allow_loopback: true, username_claim: 'preferred_username' });
  const config = JSON.parse(readFileSync(lanyard.configFile, 'utf8'));
  Object.assign(config.server, { trusted_proxies: ['127.0.0.1'] });
  Object.assign(config, {
    auth: { admin_email: 'ada@example.org', default_issuer: 'uni' },
    providers: [{ id: 'uni', label: 'Example University', issuer: provider.issuer, client_id: 'lanyard', client_secret: 'a secret of two programs', allow_loopback: true }],
    issuers: [issuer('grid', provider), issuer('lab', lab)],
    clients: [
      { id: 'wiki', name: 'The wiki', origin: nginx.url, signed_identity: true },
      { id: 'blog', name: 'The blog', origin: caddy.url },
    ],
    gate: { routes: [{ path: '/public/', public_page: true }, { client: 'wiki', path: '/admin/', admin: true }] },
  });
  writeFileSync(lanyard.configFile, JSON.stringify(config), { mode: 0o600 });
  provider.clients.push({ client_id: 'lanyard', client_secret: 'a secret of two programs', redirect_uris: [`${lanyard.url}/login/callback/uni`] });
  provider.rebuild();
  atEnd(t, () => lanyard.stop());
  await lanyard.start();
  return { provider, lab, application, lanyard, nginx, caddy };
}

test('the gate behind nginx and Caddy', async (t) => {
  const sites = await startSites(t);
  const grace = new Client();
  const ada = new Client();
  // Goes wherever the redirects lead from this page, and signs in where somebody asks.
  async function open(client, url, who) {
    const { provider } = sites;
    let answer = await client.get(url, { headers: PAGE });
    answer = await client.follow(answer);
    const form = answer.forms.find((one) => new URL(one.action).pathname === '/login/uni');
    if (!form) return answer;
    const leaving = await client.submit(form, { headers: PAGE });
    // A page that leads on by itself: form-action would stop a redirect to another origin.
    const away = await client.get(/url=(.*)$/.exec(leaving.headers.refresh)[1]);
    const back = await provider.signIn(client, away, who, (url) => url.startsWith(sites.lanyard.url));
    return client.follow(await client.get(back.location, { headers: PAGE }));
  }
  const refreshOf = (answer) => new URL(/url=(.*)$/.exec(answer.headers.refresh)[1], answer.url).href;
  const page = (site, path = '/page?x=1&y=2') => sites[site].url + path;

  await t.test('a newcomer is led to the login, then waits', async () => {
    const first = await grace.get(page('nginx'), { headers: PAGE });
    assert.equal(first.status, 303);
    assert.ok(first.location.startsWith(`${sites.lanyard.url}/login?client=wiki&to=`), first.location);
    const arrived = await open(grace, page('nginx'), 'grace');
    assert.ok(arrived.url.startsWith(`${sites.lanyard.url}/pending`), `${arrived.url}\n${arrived.text}`);
    const again = await grace.follow(await grace.get(page('caddy'), { headers: PAGE }));
    assert.ok(again.url.startsWith(`${sites.caddy.url}/`) || again.url.startsWith(`${sites.lanyard.url}/pending`), again.url);
    assert.equal(sites.application.requests.length, 0);
  });

  await t.test('an administrator approves, and both proxies let the person in', async () => {
    await open(ada, `${sites.lanyard.url}/login`, 'ada');
    const queue = await ada.get(`${sites.lanyard.url}/admin/queue`, { headers: PAGE });
    assert.equal(queue.status, 200, queue.text);
    const form = queue.forms.find((one) => one.fields.answer === 'approve');
    assert.equal((await ada.submit(form)).status, 303);

    for (const site of ['nginx', 'caddy']) {
      let answer = await open(grace, page(site), 'grace');
      if (answer.status === 401) answer = await open(grace, refreshOf(answer), 'grace'); // Caddy passes the page on
      assert.equal(answer.status, 200, `${site}: ${answer.url}\n${answer.text}`);
      assert.equal(answer.url, page(site));
      assert.deepEqual(sites.application.header('remote-user'), ['grace']);
      assert.deepEqual(sites.application.header('remote-name'), ['Grace Hopper']);
      assert.deepEqual(sites.application.header('x-lanyard-subject'), ['grace']);
      assert.deepEqual(sites.application.header('x-lanyard-issuer'), [sites.provider.issuer]);
    }
  });

  await t.test('the signed identity is good for the application alone', async () => {
    await grace.get(page('nginx', '/json'));
    const [token] = sites.application.header('x-lanyard-token');
    const keys = createRemoteJWKSet(new URL(`${sites.lanyard.url}/gate/keys`));
    const wanted = { issuer: sites.lanyard.url, audience: sites.nginx.url, typ: 'lanyard-identity+jwt' };
    const { payload } = await jwtVerify(token, keys, wanted);
    assert.equal(payload.name, 'Grace Hopper');
    await assert.rejects(jwtVerify(token, keys, { ...wanted, audience: sites.caddy.url }));
  });

  await t.test('attack_132: nothing that a client writes under the names of the gate arrives', async () => {
    const forged = [];
    for (const name of IDENTITY) {
      const spellings = [name, name.toUpperCase(), name.replaceAll('-', '_'), name.toUpperCase().replaceAll('-', '_'),
        name.replace('-', '_'), name.replace(/-(?=[^-]*$)/, '_')];
      for (const spelling of new Set(spellings)) forged.push(`${spelling}: forged`, `${spelling}: forged-twice`);
    }
    for (const site of ['nginx', 'caddy']) {
      const { port, url } = sites[site];
      const host = new URL(url).hostname;
      const cookie = grace.cookieHeader(new URL(url));
      for (const path of ['/json', '/public/json']) {
        const bytes = `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nAccept: application/json\r\nConnection: close\r\n` +
          `Cookie: ${cookie}\r\n${forged.join('\r\n')}\r\n\r\n`;
        const before = sites.application.requests.length;
        const answer = await rawRequest(port, bytes, { host });
        assert.match(answer, /^HTTP\/1.1 200/, `${site} ${path}: ${answer}`);
        assert.equal(sites.application.requests.length, before + 1);
        assert.ok(!JSON.stringify(sites.application.last).includes('forged'), `${site}: ${JSON.stringify(sites.application.last)}`);
        assert.deepEqual(sites.application.header('remote-user'), ['grace']);
      }
      // Nobody is signed in: the application must see no identity at all.
      const bytes = `GET /public/json HTTP/1.1\r\nHost: ${host}:${port}\r\nAccept: application/json\r\nConnection: close\r\n${forged.join('\r\n')}\r\n\r\n`;
      assert.match(await rawRequest(port, bytes, { host }), /^HTTP\/1.1 200/);
      assert.ok(!JSON.stringify(sites.application.last).includes('forged'), `${site}: ${JSON.stringify(sites.application.last)}`);
    }
  });

  await t.test('attack_130 attack_133 attack_135: no spelling of the address and no header of a client opens a page', async () => {
    const nobody = new Client();
    for (const site of ['nginx', 'caddy']) {
      const { port, url } = sites[site];
      const host = new URL(url).hostname;
      assert.equal((await nobody.get(`${url}/public/page`)).status, 200, site);
      const seen = sites.application.requests.length;
      const targets = ['/secret?/public/', '/secret#/public/', '/public/../secret', '/public/%2e%2e/secret', '/public/..%2fsecret',
        '/public%2f..%2fsecret', '//public/secret', '/public//../secret', '/public/..;/secret', '/public\\..\\secret', '/publicity'];
      for (const target of targets) {
        const answer = await rawRequest(port, `GET ${target} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`, { host });
        assert.doesNotMatch(answer, /^HTTP\/1.1 2/, `${site} ${target}`);
      }
      for (const name of ['X-Original-URI', 'X-Forwarded-Uri', 'X-Original-Method', 'X-Forwarded-Method', 'X-Rewrite-URL']) {
        const answer = await nobody.get(`${url}/secret`, { headers: { [name]: '/public/' } });
        assert.ok(answer.status === 401 || answer.status === 403, `${site} ${name}: ${answer.status}`);
      }
      for (const method of ['OPTIONS', 'HEAD', 'POST', 'PROPFIND']) {
        assert.equal((await nobody.request(method, `${url}/secret`)).status, 401, `${site} ${method}`);
      }
      assert.equal(sites.application.requests.length, seen, site);
    }
  });

  await t.test('bearer tokens of two issuers are two people', async () => {
    const audience = { aud: 'https://here.example.org', scope: 'servicex' };
    const call = (site, token) => new Client().get(page(site, '/json'), { headers: { authorization: `Bearer ${token}` } });
    for (const site of ['nginx', 'caddy']) {
      // The issuer of grace's login: she is known already.
      const known = await call(site, await sites.provider.mint({ sub: 'grace', ...audience }));
      assert.equal(known.status, 200, known.text);
      assert.deepEqual(sites.application.header('remote-name'), ['Grace Hopper']);
      assert.deepEqual(sites.application.header('x-lanyard-scope'), ['servicex']);
      const other = await call(site, await sites.lab.mint({ sub: 'grace', ...audience }));
      assert.equal(other.status, 403, other.text); // another person, who waits for a decision
      const scopeless = await call(site, await sites.provider.mint({ sub: 'grace', ...audience, scope: 'other' }));
      assert.equal(scopeless.status, 403);
      const wrong = await call(site, 'a.b.c');
      assert.equal(wrong.status, 401);
      assert.match(wrong.headers['www-authenticate'], /^Bearer error="invalid_token"/);
    }
  });

  await t.test('a page for administrators says so', async () => {
    const answer = await grace.get(page('nginx', '/admin/x'), { headers: PAGE });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /administrators only/);
  });

  await t.test('attack_034: a suspended person is out with the next request', async () => {
    assert.equal((await grace.get(page('nginx', '/json'))).status, 200);
    const account = sites.application.header('x-lanyard-account')[0];
    const person = await ada.get(`${sites.lanyard.url}/admin/accounts/${account}`, { headers: PAGE });
    const form = person.forms.find((one) => one.action.endsWith('/suspend'));
    const done = await ada.submit(form, { fields: { 'suspend-reason': 'a test' } });
    assert.equal(done.status, 303, done.text);
    for (const site of ['nginx', 'caddy']) assert.equal((await grace.get(page(site, '/json'))).status, 403, site);
  });
});
