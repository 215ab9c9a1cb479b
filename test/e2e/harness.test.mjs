// The harness itself: each piece of foreign software starts, does its work and goes.

import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';

import { createRemoteJWKSet, jwtVerify } from 'jose';

import { startApplication } from './support/application.mjs';
import { accessibilityFaults, screenshot, startBrowser } from './support/browser.mjs';
import { startCaddy } from './support/caddy.mjs';
import { atEnd, Program } from './support/ending.mjs';
import { Client, rawRequest } from './support/http.mjs';
import { render, startNginx } from './support/nginx.mjs';
import { sharedPostgres, startPostgres } from './support/postgres.mjs';
import { openid } from './support/openid_client.mjs';
import { startProvider } from './support/provider.mjs';

// A relying party on a certified client library, to try the provider with software that knows the protocol.
async function startRelyingParty(t, host = '127.0.0.1') {
  const provider = await startProvider(t);
  const result = {};
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, result.url);
    if (url.pathname === '/start') {
      result.verifier = openid.randomPKCECodeVerifier();
      const code_challenge = await openid.calculatePKCECodeChallenge(result.verifier);
      const address = openid.buildAuthorizationUrl(result.client, { redirect_uri: `${result.url}/back`, scope: 'openid email profile', state: 's', nonce: 'n', code_challenge, code_challenge_method: 'S256' });
      response.writeHead(302, { location: address.href }).end();
      return;
    }
    if (url.pathname !== '/back') { // the browser asks for an icon where a page names none
      response.writeHead(404).end();
      return;
    }
    const checks = { expectedState: 's', expectedNonce: 'n', pkceCodeVerifier: result.verifier };
    try {
      const tokens = await openid.authorizationCodeGrant(result.client, url, checks);
      result.claims = tokens.claims();
      result.userinfo = await openid.fetchUserInfo(result.client, tokens.access_token, result.claims.sub);
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Back</title><link rel="icon" href="data:,"><h1>Welcome</h1>');
    } catch (fault) {
      result.fault = fault;
      response.writeHead(403, { 'content-type': 'text/plain' }).end(fault.message);
    }
  });
  await new Promise((resolve) => server.listen(0, host, resolve));
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  result.url = `http://${host}:${server.address().port}`;
  provider.clients.push({ client_id: 'trial', client_secret: 'a secret for trials', redirect_uris: [`${result.url}/back`] });
  provider.rebuild();
  const options = { execute: [openid.allowInsecureRequests] };
  result.client = await openid.discovery(new URL(provider.issuer), 'trial', 'a secret for trials', undefined, options);
  return { provider, result };
}

describe('the provider', () => {
  test('signs a person in who uses a browser', async (t) => {
    const { provider, result } = await startRelyingParty(t);
    const page = await (await startBrowser(t)).newPage();
    await page.goto(`${result.url}/start`);
    assert.deepEqual(await accessibilityFaults(page), []);
    assert.ok(existsSync(await screenshot(page, 'harness-provider')));
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.waitForURL(`${result.url}/back?*`);
    assert.equal(await page.title(), 'Back');
    assert.equal(result.claims.sub, 'ada');
    assert.equal(result.claims.email, 'ada@example.org');
    assert.equal(result.userinfo.organization, 'Example University');
    assert.equal(provider.counts.token, 1);
  });

  test('signs another person in without JavaScript, and tells a refusal', async (t) => {
    const { result } = await startRelyingParty(t);
    const page = await (await startBrowser(t)).newPage({ javaScript: false, width: 360 });
    await page.goto(`${result.url}/start`);
    await page.getByRole('button', { name: 'Grace Hopper' }).click();
    await page.waitForURL(`${result.url}/back?*`);
    assert.equal(result.claims.sub, 'grace');
    await page.goto(`${result.url}/start`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForURL(`${result.url}/back?*`);
    assert.equal(result.fault.error, 'access_denied');
  });

  test('signs a person in who has only a program', async (t) => {
    const { provider, result } = await startRelyingParty(t);
    const client = new Client();
    const back = await provider.signIn(client, await client.get(`${result.url}/start`), 'mallory');
    assert.equal((await client.follow(back)).status, 200);
    assert.equal(result.claims.email_verified, false);
  });

  test('rotates its keys, and signs any claims', async (t) => {
    const provider = await startProvider(t);
    const old = await provider.mint({ aud: 'here', scope: 'read' }, { alg: 'ES256' });
    const verify = (token) => jwtVerify(token, createRemoteJWKSet(new URL(provider.jwksUrl)), { issuer: provider.issuer, audience: 'here' });
    assert.equal((await verify(old)).payload.scope, 'read');
    await provider.rotate();
    await verify(old);
    await verify(await provider.mint({ aud: 'here' }));
    await provider.rotate({ keepOld: false });
    await assert.rejects(verify(old), /no applicable key/);
    assert.equal(provider.counts.jwks, 4);
  });

  test('goes away, comes back at the same address, and lies on request', async (t) => {
    const provider = await startProvider(t);
    const { issuer } = provider;
    await provider.stop();
    await assert.rejects(fetch(provider.discoveryUrl));
    await provider.start();
    assert.equal((await (await fetch(provider.discoveryUrl)).json()).issuer, issuer);
    const honest = provider.intercept('/jwks', (request, response) => response.writeHead(500).end());
    assert.equal((await fetch(provider.jwksUrl)).status, 500);
    honest();
    assert.equal((await (await fetch(provider.jwksUrl)).json()).keys.length, 2);
  });
});

describe('the browser', () => {
  // Answers every path with a page that has an inline script, under a policy that forbids it when asked to.
  async function startPages(t) {
    const server = createServer((request, response) => {
      const policy = request.url === '/strict' ? { 'content-security-policy': "default-src 'none'; img-src data:" } : {};
      const status = request.url === '/absent' ? 404 : 200;
      const script = request.url === '/broken' ? 'absent()' : 'document.title = "ran"';
      response.writeHead(status, { 'content-type': 'text/html', ...policy });
      response.end(`<!doctype html><title>did not run</title><link rel="icon" href="data:,"><script>${script}</script>`);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd(t, () => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${server.address().port}`;
  }

  test('tells what a page does wrong, and only that', async (t) => {
    const [url, browser] = [await startPages(t), await startBrowser(t)];
    const page = await browser.newPage();
    await page.goto(`${url}/`);
    assert.equal(await page.title(), 'ran');
    await page.goto(`${url}/absent`);
    assert.deepEqual(browser.complaints(), []);
    await page.goto(`${url}/strict`);
    assert.equal(await page.title(), 'did not run');
    assert.match(browser.forgive().join(), /violates the following Content Security Policy/);
    await page.goto(`${url}/broken`);
    assert.match(browser.forgive().join(), /absent is not defined/);
    const plain = await browser.newPage({ javaScript: false });
    await plain.goto(`${url}/`);
    assert.equal(await plain.title(), 'did not run');
  });
});

describe('the proxies', () => {
  // Stands where the gate will be: lets in who has the right word, and says who that is.
  async function startDoorman(t) {
    const server = createServer((request, response) => {
      if (request.headers.authorization === 'Bearer open') response.writeHead(200, { 'x-person': 'ada' }).end();
      else response.writeHead(401).end();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd(t, () => {
      server.closeAllConnections();
      server.close();
    });
    return `127.0.0.1:${server.address().port}`;
  }

  async function letsOnlyTheRightOneIn(application, proxy) {
    const client = new Client();
    assert.equal((await client.get(`${proxy.url}/json`)).status, 401);
    assert.equal(application.requests.length, 0);
    const answer = await client.get(`${proxy.url}/json/a?b=c`, { headers: { authorization: 'Bearer open', 'x-person': 'forged' } });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.path, '/json/a?b=c');
    assert.deepEqual(application.header('x-person'), ['ada']);
  }

  test('nginx asks before it lets a request through', async (t) => {
    const [application, doorman] = [await startApplication(t), await startDoorman(t)];
    const nginx = await startNginx(t, {
      site: ({ host, port }) => `server {
        listen ${host}:${port};
        location / {
          auth_request /ask;
          auth_request_set $person $upstream_http_x_person;
          proxy_set_header X-Person $person;
          proxy_pass APPLICATION;
        }
        location = /ask { internal; proxy_pass http://DOORMAN; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
      }`,
      replace: { APPLICATION: application.url, DOORMAN: doorman },
    });
    await letsOnlyTheRightOneIn(application, nginx);
    assert.equal(nginx.accesses().length, 3);
  });

  test('Caddy asks before it lets a request through', async (t) => {
    const [application, doorman] = [await startApplication(t), await startDoorman(t)];
    const caddy = await startCaddy(t, {
      site: ({ host, port }) => `http://${host}:${port} {
        forward_auth DOORMAN {
          uri /ask
          copy_headers X-Person
        }
        reverse_proxy APPLICATION
      }`,
      replace: { APPLICATION: application.url, DOORMAN: doorman },
    });
    await letsOnlyTheRightOneIn(application, caddy);
  });

  test('a changed example does not go unnoticed', () => {
    assert.throws(() => render('listen 80;', { 'listen 8080;': 'listen 1;' }), /is not in this text/);
  });

  test('forged bytes arrive as they were sent', async (t) => {
    const application = await startApplication(t);
    const answer = await rawRequest(
      application.port,
      'GET /json HTTP/1.1\r\nHost: a\r\nX-Person: one\r\nx-person: two\r\nConnection: close\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.deepEqual(application.header('X-Person'), ['one', 'two']);
  });
});

describe('PostgreSQL', () => {
  test('gives fresh databases, goes away and comes back', async (t) => {
    const postgres = await startPostgres(t);
    const [one, two] = [postgres.createDatabase(), postgres.createDatabase()];
    postgres.sql('CREATE TABLE a (b integer); INSERT INTO a VALUES (7), (8)', one.name);
    assert.deepEqual(postgres.sql('SELECT b FROM a ORDER BY b', one.name), [['7'], ['8']]);
    assert.throws(() => postgres.sql('SELECT b FROM a', two.name), /does not exist/);
    await postgres.stop();
    assert.throws(() => postgres.sql('SELECT 1'));
    await postgres.start();
    assert.deepEqual(postgres.sql('SELECT count(*) FROM a', one.name), [['2']]);
  });

  test('is shared where that is enough', async () => {
    const postgres = await sharedPostgres();
    assert.equal(postgres, await sharedPostgres());
    assert.notEqual(postgres.createDatabase().url, postgres.createDatabase().url);
  });
});

describe('the end', () => {
  test('comes in reverse order, and for everything', async (t) => {
    const seen = [];
    await t.test('inside', (inner) => {
      atEnd(inner, () => seen.push('first'));
      atEnd(inner, () => seen.push('second'));
    });
    assert.deepEqual(seen, ['second', 'first']);
  });

  test('a program that ignores the polite request is killed', async (t) => {
    const stubborn = new Program('sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 0.1; done'], { name: 'stubborn' });
    atEnd(t, stubborn.kill);
    await stubborn.untilReady(() => stubborn.text.includes('up'));
    assert.equal((await stubborn.stop('SIGTERM', 0.3)).signal, 'SIGKILL');
  });

  test('a program that never gets ready is named with what it said', async () => {
    const broken = new Program('sh', ['-c', 'echo no such file >&2; exit 3'], { name: 'broken' });
    await assert.rejects(broken.untilReady(() => false), /broken ended with .*"code":3[\s\S]*no such file/);
    const absent = new Program('/no/such/program', [], { name: 'absent' });
    await assert.rejects(absent.untilReady(() => false), /absent ended/);
  });
});
