// Attacks on the running server as HTTP: what two programs read differently, what never ends, what another site sends.

import { strict as assert } from 'node:assert';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { connect as connectTls } from 'node:tls';

import { atOnce, DATA, payloadOf, SCOPE, sendFrom, startTarget } from './support/attacks.mjs';
import { until } from './support/ending.mjs';
import { rawRequest } from './support/http.mjs';
import { startOffice } from './support/office.mjs';
import { ask, PAGE, signIn } from './support/site.mjs';
import { makeCertificates } from './support/tls.mjs';

const APPLICATION = 'http://127.0.0.1:9';
const target = await startTarget({ after }, {
  config: { limits: { head_time: '2s', body_time: '2s' } },
  clients: [{ client_id: 'wiki', kind: 'gate', origin: APPLICATION }],
});
const { issuer, lanyard } = target;
const H = `Host: 127.0.0.1:${lanyard.port}\r\n`;
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
const EVIL = 'https://evil.example';

// The status of the first answer, and how many came before the connection ended.
async function said(bytes, seconds = 5) {
  const text = await rawRequest(lanyard.port, bytes, { seconds });
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((match) => Number(match[1]));
  return { text, status: statuses[0], count: statuses.length };
}
// Each of these is refused with one of the statuses, and what stands behind it on the connection is not answered.
async function assertCutOff(cases, ...statuses) {
  const behind = `GET /jwks HTTP/1.1\r\n${H}\r\n`;
  const answers = await Promise.all(Object.entries(cases).map(async ([name, bytes]) => [name, await said(`${bytes}${behind}`)]));
  for (const [name, { status, count, text }] of answers)
    assert.ok(statuses.includes(status) && count === 1, `${name}: ${status}, ${count} answers\n${text.slice(0, 400)}`);
}
const get = (path, rest = '') => `GET ${path} HTTP/1.1\r\n${H}${rest}\r\n`;
const post = (rest, body = '') => `POST /token HTTP/1.1\r\n${H}${FORM}${rest}\r\n${body}`;

test('attack_123: lengths that two programs read differently', () => assertCutOff({
  'a length and chunks': post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  'chunks and a length': post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', '0\r\n\r\n'),
  'two lengths': post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abc'), 'one length twice': post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'),
  plus: post('Content-Length: +3\r\n', 'abc'), blank: post('Content-Length: 3 3\r\n', 'abc'), hexadecimal: post('Content-Length: 0x3\r\n', 'abc'),
  list: post('Content-Length: 3, 3\r\n', 'abc'), negative: post('Content-Length: -1\r\n'), 'beyond 2^64': post('Content-Length: 18446744073709551619\r\n', 'abc'),
  'two codings': post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 'chunked twice': post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'),
  'a blank before the colon': post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'), 'of a GET': get('/jwks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'),
}, 400));

test('attack_124: chunks and lines that are not what they say', () => assertCutOff({
  overflow: post('Transfer-Encoding: chunked\r\n', 'FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n'), 'wraps around': post('Transfer-Encoding: chunked\r\n', '10000000000000003\r\nabc\r\n0\r\n\r\n'),
  'bare line feeds': post('Transfer-Encoding: chunked\r\n', '3\nabc\n0\n\n'), 'wrong length': post('Transfer-Encoding: chunked\r\n', '3\r\nabcd\r\n0\r\n\r\n'),
  'extension flood': post('Transfer-Encoding: chunked\r\n', `3;${'a=b;'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`), 'a Host in the trailer': post('Transfer-Encoding: chunked\r\n', '0\r\nHost: evil\r\n\r\n'),
  'a length in the trailer': post('Transfer-Encoding: chunked\r\n', '0\r\nContent-Length: 3\r\n\r\n'), 'a folded line': get('/jwks', 'X: a\r\n b\r\n'),
  'a bare line feed in the head': `GET /jwks HTTP/1.1\n${H}\r\n`, 'a bare return': get('/jwks', 'X: a\rY: b\r\n'), 'a blank before a colon': get('/jwks', 'X : a\r\n'),
}, 400, 413));

test('attack_125: hosts and targets that disagree', () => assertCutOff({
  'none': 'GET /jwks HTTP/1.1\r\n\r\n', two: get('/jwks', 'Host: evil.example\r\n'), 'the same twice': get('/jwks', H), user: 'GET /jwks HTTP/1.1\r\nHost: a@b\r\n\r\n',
  'another in the target': get('http://evil.example/jwks'), list: 'GET /jwks HTTP/1.1\r\nHost: a, b\r\n\r\n', 'a user in the target': get(`http://a@127.0.0.1:${lanyard.port}/jwks`),
  'a fragment': get('/jwks#x'), 'a blank': get('/jwks /x'), 'no path': get('jwks'),
}, 400));

test('attack_126: heads over the limits', () => assertCutOff({
  'a header of 64 kB': get('/jwks', `X: ${'a'.repeat(65_536)}\r\n`), 'a thousand headers': get('/jwks', Array.from({ length: 1000 }, (_, index) => `X-${index}: a\r\n`).join('')),
  'a cookie of 16 kB': get('/account', `Cookie: lanyard=${'a'.repeat(16_384)}\r\n`), 'an address of 20 kB': get(`/login?to=${'a'.repeat(20_000)}`),
}, 431, 400, 414));

test('attack_126: a cookie that announces its pieces costs nothing', async () => {
  for (const cookie of ['lanyard=chunks-99999999', 'lanyard_0=a; lanyard_99999999=b', `lanyard=${'A'.repeat(4096)}`]) {
    const answer = await said(get('/account', `Accept: text/html\r\nConnection: close\r\nCookie: ${cookie}\r\n`));
    assert.ok([303, 400].includes(answer.status), `${cookie.slice(0, 40)}: ${answer.status}`);
  }
});

test('attack_127 attack_091: who sends slowly is cut off, and nobody else has to wait', async (t) => {
  const slow = (head, rest) => new Promise((resolve, reject) => {
    const began = Date.now();
    let text = '';
    const socket = connect(lanyard.port, '127.0.0.1', () => socket.write(head));
    let sent = 0;
    const drip = setInterval(() => socket.write(rest[sent++ % rest.length]), 200);
    socket.on('data', (part) => { text += part; }).on('error', () => {}).on('close', () => {
      clearInterval(drip);
      resolve({ text, took: Date.now() - began });
    });
    setTimeout(() => { socket.destroy(); reject(new Error(`still open after 15 s: ${head.slice(0, 60)}`)); }, 15_000).unref();
  });
  const idle = await atOnce(1500, () => new Promise((resolve, reject) => {
    const socket = connect(lanyard.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  }));
  t.after(() => idle.forEach((socket) => socket.destroy()));
  const heads = atOnce(40, () => slow(`GET /jwks HTTP/1.1\r\n${H}X: `, 'a'));
  const bodies = atOnce(40, () => slow(post('Content-Length: 5000\r\n'), 'a'));
  const times = [];
  for (let count = 0; count < 100; ++count) {
    const began = Date.now();
    assert.equal((await target.office.visitor().get(`${issuer}/jwks`)).status, 200);
    times.push(Date.now() - began);
  }
  times.sort((a, b) => a - b);
  t.diagnostic(`with 1500 idle and 80 slow connections: median ${times[50]} ms, the slowest ${times[99]} ms`);
  assert.ok(times[94] < 500, `95 of 100 in ${times[94]} ms`);
  for (const { text, took } of [...await heads, ...await bodies]) {
    assert.match(text, /^HTTP\/1\.1 408/, `after ${took} ms`);
    assert.ok(took < 12_000);
  }
});

test('attack_128: nothing is answered behind an error, and no other protocol begins', async () => {
  await assertCutOff({ CONNECT: `CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n`, 'a broken request': `GET /jwks HTTP/1.1\r\n${H}broken\r\n\r\n` }, 400, 405);
  for (const upgrade of ['websocket', 'h2c', 'TLS/1.2', 'lanyard'])
    assert.equal((await said(`${get('/jwks', `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`)}${get('/jwks')}`)).count, 1, `${upgrade}: what follows may be of the other protocol`);
});

test('attack_129: HTTP/2 is not spoken, so that its floods end where they begin', async () => {
  const frame = (type, flags, stream, length = 0) => Buffer.from([0, length >> 8, length & 255, type, flags, 0, 0, 0, stream, ...Array(length).fill(0)]);
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const floods = { settings: frame(4, 0, 0), 'rapid reset': Buffer.concat([frame(1, 5, 1, 4), frame(3, 0, 1, 4)]), continuation: frame(9, 0, 1, 64), ping: frame(6, 0, 0, 8) };
  for (const [name, one] of Object.entries(floods)) {
    const answer = await said(Buffer.concat([preface, ...Array(2000).fill(one)]));
    assert.equal(answer.status, 505, name);
    assert.equal(answer.count, 1, name);
  }
  const upgrade = await said(`GET /jwks HTTP/1.1\r\n${H}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n${preface}`);
  assert.ok(upgrade.status === 200 && upgrade.count === 1, upgrade.text);
});

test('attack_130: one reading of a path, before anything is decided', async () => {
  const paths = ['/account%2f', '/admin%2fqueue', '/login/../admin/queue', '/login/%2e%2e/admin/queue', '/login/..;/admin/queue', '/%252e%252e/admin/queue', '/admin//queue', '//admin/queue',
    '/admin\\queue', '/admin/queue%00', '/admin/queue%00.css', '/%c0%ae%c0%ae/admin/queue', '/admin/%e0%80%afqueue', '/assets/..%2fadmin%2fqueue', '/admin;x/queue', '/ADMIN/queue', '/admin/queue/', '/admin/queue.css', '/admin/queue;a=b'];
  const { cookies } = target.ada;
  assert.ok(cookies.length > 0);
  for (const path of paths) {
    const answer = await said(get(path, `Connection: close\r\nAccept: text/html\r\nCookie: ${target.ada.cookieHeader(new URL(issuer))}\r\n`));
    assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
  }
});

test('attack_131: a method is what it says, whatever a header says', async () => {
  const { id } = (await target.admit('grace')).account;
  const { state } = await target.account('grace@example.com');
  const bearer = { authorization: `Bearer ${target.adminToken}` };
  const visitor = target.office.visitor();
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method']) {
    assert.equal((await visitor.get(`${issuer}/api/v1/accounts/${id}`, { headers: { ...bearer, [name]: 'DELETE' } })).status, 200, name);
    assert.equal((await visitor.get(`${issuer}/api/v1/accounts/${id}/close`, { headers: { ...bearer, [name]: 'POST' } })).status, 405, name);
  }
  assert.equal((await visitor.get(`${issuer}/api/v1/accounts/${id}?_method=DELETE`, { headers: bearer })).status, 400);
  for (const method of ['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'get']) {
    const answer = await said(`${method} /admin/queue HTTP/1.1\r\n${H}Accept: text/html\r\nConnection: close\r\n\r\n`);
    assert.ok(answer.status >= 300 && !/set-cookie/i.test(answer.text), `${method}: ${answer.status}`);
  }
  assert.equal((await target.account('grace@example.com')).state, state);
});

test('attack_027 attack_028 attack_033: what is no token for us, or no whole one, opens nothing here', async () => {
  const { access_token: elsewhere } = await target.tokens('web', { scope: 'openid email', resource: DATA });
  assert.deepEqual([payloadOf(elsewhere).aud].flat(), [DATA]);
  const { access_token: ofWeb, id_token, refresh_token } = await target.tokens('web', { scope: SCOPE });
  const api = target.adminToken;
  const flipped = [5, 12, 30, 52].map((at) => `${api.slice(0, at)}${api[at] === 'A' ? 'B' : 'A'}${api.slice(at + 1)}`);
  const cases = { elsewhere, ofWeb, id_token, refresh_token, cut: api.slice(0, -1), longer: `${api}A`, 'in capitals': api.toUpperCase(), 'without its beginning': api.slice(4), beginning: 'lyt_', padded: `${api}=`, ...flipped };
  const shown = (token) => ({ authorization: `Bearer ${token}` });
  for (const [name, token] of Object.entries(cases)) {
    assert.equal((await ask(lanyard, { token })).status, 401, `${name}, at the gate`);
    for (const path of ['/api/v1/me', '/api/v1/accounts']) assert.equal((await target.office.visitor().get(`${issuer}${path}`, { headers: shown(token) })).status, 401, `${name} at ${path}`);
    assert.ok([401, 403].includes((await target.office.visitor().get(`${issuer}/panda/verify`, { headers: { ...shown(token), origin: 'Rubin' } })).status), `${name}, at PanDA's`);
    // Userinfo asks for the scope openid, whoever the token is for.
    if (!['ofWeb', 'elsewhere'].includes(name)) assert.notEqual(await target.userinfo(token), 200, `${name}, at userinfo`);
    assert.deepEqual((await target.send('/introspect', 'other', { token })).json, { active: false }, `${name}, introspected by another`);
  }
  assert.equal((await ask(lanyard, { token: api })).status, 200);
});

test('attack_132: what a client says about itself is not what the gate says', async () => {
  const { visitor, account } = await target.admit('grace');
  const token = (await target.tokens('web', { scope: 'openid' }, { visitor, who: 'grace' })).access_token;
  const names = ['Remote-User', 'Remote_User', 'REMOTE-USER', 'remote-user', 'X-Remote-User', 'X-Auth-Request-User', 'X-Forwarded-User', 'X-Lanyard-Account', 'X-Lanyard_Account', 'X-Lanyard-Subject', 'X-Lanyard-Issuer', 'Remote-Groups', 'X-Lanyard-Token'];
  const forged = Object.fromEntries(names.map((name) => [name, 'forged']));
  for (const headers of [forged, { 'Remote-User': ['forged', 'forged'] }]) {
    const mine = await ask(lanyard, { token: target.adminToken, headers });
    const nobody = await ask(lanyard, { headers });
    assert.equal(mine.status, 200, mine.text);
    assert.equal(nobody.status, 401);
    for (const answer of [mine, nobody, await ask(lanyard, { token, headers })]) assert.ok(!JSON.stringify(answer.headers).includes('forged'), JSON.stringify(answer.headers));
    assert.notEqual(mine.headers['x-lanyard-account'], account.id);
  }
});

test('attack_133 attack_141: only the proxy says where somebody comes from, and nobody says where we are', async () => {
  const lies = { 'X-Forwarded-For': '203.0.113.7', 'X-Real-IP': '203.0.113.7', Forwarded: 'for=203.0.113.7;host=evil.example;proto=https', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Uri': '/x', 'X-Original-URL': '/admin/queue', 'X-Rewrite-URL': '/admin/queue' };
  const seen = async (from, headers) => {
    const before = lanyard.events('signin.refused').length;
    assert.ok((await sendFrom(from, `${issuer}/login/uni`, '', headers)).status >= 400);
    await until('the refusal in the log', () => lanyard.events('signin.refused').length > before);
    return lanyard.events('signin.refused').slice(before).map(({ address }) => address);
  };
  assert.deepEqual(await seen('127.0.0.9', lies), ['127.0.0.9']);
  assert.deepEqual(await seen('127.0.0.9', { ...lies, 'X-Forwarded-For': '127.0.0.1' }), ['127.0.0.9']);
  assert.deepEqual(await seen('127.0.0.1', { 'X-Forwarded-For': '198.51.100.1, 203.0.113.7' }), ['203.0.113.7'], 'the last one is what our own proxy saw');
  for (const path of ['/', '/login', '/account', '/device', '/authorize', '/end_session', '/.well-known/openid-configuration', '/pending', '/nothing', '/api/v1/me', '/gate/start/wiki?to=/', '/jwks']) {
    for (const headers of [lies, { Host: 'evil.example' }]) {
      for (const visitor of [target.ada, target.office.visitor()]) {
        const answer = await visitor.get(`${issuer}${path}`, { headers: { ...PAGE, ...headers } });
        assert.ok(!`${JSON.stringify(answer.headers)}${answer.text}`.includes('evil.example'), `${path}: ${answer.text}`);
        assert.ok(answer.status < 500);
      }
    }
  }
});

test('attack_134: health is asked elsewhere, and who looks like a machine is nobody', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics', '/ping', '/live'])
    assert.equal((await target.office.visitor().get(`${issuer}${path}`)).status, 404, path);
  for (const agent of ['kube-probe/1.29', 'GoogleHC/1.0', 'ELB-HealthChecker/2.0', 'Amazon-Route53-Health-Check-Service']) {
    const headers = { 'user-agent': agent, ...PAGE };
    assert.equal((await target.office.visitor().get(`${issuer}/account`, { headers })).status, 303, agent);
    for (const path of ['/', '/healthz', '/ping']) assert.notEqual((await ask(lanyard, { path, headers })).status, 200, `${agent} ${path}`);
  }
});

test('attack_137: no other origin can read an answer with a login in it', async () => {
  for (const origin of [EVIL, 'null', 'http://127.0.0.1', `${issuer}.evil.example`, issuer]) {
    for (const path of ['/account', '/account/data', '/api/v1/me', '/userinfo', '/token', '/introspect', '/revoke', '/par', '/devicecode', '/register', '/authorize', '/gate/check/wiki', '/login', '/admin/queue']) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const headers = { origin, ...PAGE, ...(method === 'OPTIONS' && { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }) };
        const answer = await target.ada.request(method, `${issuer}${path}`, { headers });
        const names = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
        assert.deepEqual(names, [], `${method} ${path} for ${origin}`);
      }
    }
    // What is public anyway may be read by scripts, without cookies.
    const keys = await target.ada.get(`${issuer}/jwks`, { headers: { origin } });
    assert.equal(keys.headers['access-control-allow-credentials'], undefined);
    assert.ok([undefined, '*'].includes(keys.headers['access-control-allow-origin']));
  }
});

const PAGES = ['/account', '/account/profile', '/account/identities', '/account/sessions', '/account/apps', '/account/tokens', '/account/groups', '/admin/queue', '/admin/accounts', '/device', '/logout', '/end_session', '/login?again=1', '/nothing', '/login/problem/clock'];

test('attack_139: no page has a script, and its policy allows none', async () => {
  target.office.university.people.mallory2 = { email: 'm2@example.org', email_verified: true, name: '{{7*7}}${7*7}<%= 7*7 %><img src=x onerror=alert(1)>', preferred_username: 'm2', organization: 'javascript:alert(1)' };
  await signIn(lanyard, target.office.university, 'mallory2', { client: target.office.visitor() });
  for (const path of PAGES) {
    const answer = await target.get(`${issuer}${path}`);
    const policy = answer.headers['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|script-src|\*|data:|blob:/, path);
    assert.doesNotMatch(answer.text, /<script|<[^>]+\son\w+\s*=|(?:href|src|action)="?\s*(?:javascript|data|vbscript):/i, path);
    assert.doesNotMatch(answer.text, /<img src=x|49\b.*49/, path);
  }
  assert.match((await target.get(`${issuer}/admin/queue`)).text, /\{\{7\*7\}\}/, 'the name is there, as text');
});

test('attack_140: nobody is led to a place that is not configured', async () => {
  const tricks = ['//evil.example', '/\\evil.example', '\\\\evil.example', '/%09/evil.example', '/\t/evil.example', 'https:evil.example', 'https:/evil.example', 'https://evil.example', 'HTTPS://evil.example', '/%2f%2fevil.example', '///evil.example',
    '/%5cevil.example', 'javascript:alert(1)', 'data:text/html,x', '@evil.example', '.evil.example', ' https://evil.example', '/x\r\nLocation: https://evil.example', `${issuer}@evil.example`, `${issuer}.evil.example`, '/.evil.example/../..//evil.example', '?//evil.example', '#//evil.example'];
  const ours = [new URL(issuer).origin, APPLICATION];
  const stays = (answer, about) => {
    for (const place of [answer.location, /url=(.*)$/.exec(answer.headers.refresh ?? '')?.[1]])
      if (place) assert.ok(ours.includes(new URL(place, issuer).origin), `${about} leads to ${place}`);
    for (const [, link] of answer.text.matchAll(/(?:href|action)="([^"]*)"/g)) {
      const { origin } = new URL(link.replaceAll('&amp;', '&'), issuer);
      assert.ok([...ours, 'null'].includes(origin) || origin === target.office.university.issuer, `${about} links to ${link}`);
    }
  };
  for (const trick of tricks) {
    const to = encodeURIComponent(trick);
    for (const path of [`/login?to=${to}`, `/login?client=wiki&to=${to}`, `/login?client=${to}`, `/login?return_to=${to}&next=${to}`, `/pending?to=${to}`, `/pending?client=wiki&to=${to}`, `/logout?to=${to}&next=${to}`,
      `/gate/start/wiki?to=${to}`, `/gate/app/wiki/login?to=${to}`, `/gate/app/wiki/logout?to=${to}`, `/authorize/continue?request=${to}`, `/login/problem/expired?client=wiki&to=${to}`, `/login/link?to=${to}`, `/end_session?post_logout_redirect_uri=${to}`, `/${to}`]) {
      for (const visitor of [target.ada, target.office.visitor()]) stays(await visitor.get(`${issuer}${path}`, { headers: PAGE }), `${path}`);
    }
  }
  const visitor = target.office.visitor();
  const { page } = await signIn(lanyard, target.office.university, 'ada', { client: visitor, query: `?to=${encodeURIComponent('//evil.example')}` });
  assert.ok(page.url.startsWith(issuer), page.url);
});

test('attack_142: a cookie twice, of a neighbour, or of 4 kB is no login', async () => {
  const { value } = target.ada.cookie('lanyard');
  const open = (cookie) => target.office.visitor().get(`${issuer}/account`, { headers: { ...PAGE, cookie } });
  assert.equal((await open(`lanyard=${value}`)).status, 200);
  const tossed = ['A'.repeat(43), '', 'A'.repeat(4096), value];
  for (const other of tossed)
    for (const cookie of [`lanyard=${value}; lanyard=${other}`, `lanyard=${other}; lanyard=${value}`, `lanyard=${other}; x=y; lanyard=${value}`])
      assert.notEqual((await open(cookie)).status, 200, cookie.slice(0, 100));
  for (const name of ['Lanyard', 'LANYARD', '__Host-lanyard', '__Secure-lanyard', ' lanyard x', 'lanyard-login']) assert.notEqual((await open(`${name}=${value}`)).status, 200, name);
  for (const other of [`${value}A`, value.slice(1), value.toLowerCase(), `${value}%20`]) assert.notEqual((await open(`lanyard=${other}`)).status, 200, other);
});

test('attack_129 attack_142: over TLS cookies have the names that neighbours can not set, and HTTP/2 is not offered', async (t) => {
  const tls = makeCertificates(t);
  const office = await startOffice(t, { tls });
  const visitor = office.visitor();
  const lines = [];
  const keep = visitor.keep.bind(visitor);
  visitor.keep = (url, line) => { if (url.href.startsWith(office.issuer)) lines.push(line); keep(url, line); };
  await signIn(office.lanyard, office.university, 'ada', { client: visitor });
  assert.ok(lines.length >= 2, lines.join('\n'));
  for (const line of lines) {
    assert.match(line, /^__Host-/, line);
    for (const attribute of [/; Secure/i, /; HttpOnly/i, /; Path=\/(;|$)/i, /; SameSite=(Lax|Strict)/i]) assert.match(line, attribute, line);
    assert.doesNotMatch(line, /domain=/i, line);
  }
  const { port, host } = office.lanyard;
  const chosen = await new Promise((resolve) => {
    const socket = connectTls({ port, host, ca: tls.ca, ALPNProtocols: ['h2'] }, () => { resolve(socket.alpnProtocol); socket.destroy(); });
    socket.on('error', () => resolve('refused'));
  });
  assert.notEqual(chosen, 'h2');
});

test('attack_143: nothing with a person in it is kept by a cache, under whatever name', async () => {
  for (const path of PAGES.slice(0, 12)) {
    const answer = await target.get(`${issuer}${path}`);
    assert.match(answer.headers['cache-control'] ?? '', /no-store/, path);
    for (const suffix of ['.css', '.js', '.png', '/x.css', '/style.css', ';.css', '%2f.css', '%0a.css', '/.css', '/..%2fx.css']) {
      const other = await target.get(`${issuer}${path}${suffix}`);
      assert.ok([303, 400, 404, 405].includes(other.status), `${path}${suffix}: ${other.status}`);
      assert.doesNotMatch(other.text, /ada@example\.org/, `${path}${suffix}`);
    }
  }
});

test('attack_144: no web socket and no stream of events begins', async () => {
  const hand = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
  const cookie = `Cookie: ${target.ada.cookieHeader(new URL(issuer))}\r\n`;
  for (const path of ['/', '/account', '/api/v1/me', '/api/v1/journal', '/admin/queue', '/gate/check/wiki', '/ws', '/events']) {
    const answer = await said(get(path, `${hand}${cookie}Origin: ${EVIL}\r\nAccept: text/event-stream\r\n`));
    assert.notEqual(answer.status, 101, path);
    assert.doesNotMatch(answer.text, /text\/event-stream/i, path);
  }
});

// The middle of many, asked by turns so that a busy machine is busy for both.
async function medians(asks, count) {
  const times = asks.map(() => []);
  for (let round = 0; round < count; ++round) {
    for (const [index, one] of asks.entries()) {
      const began = process.hrtime.bigint();
      await one(round);
      times[index].push(Number(process.hrtime.bigint() - began) / 1e6);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]);
}

test('attack_122: who and what exists is not told by words, status or time', async (t) => {
  const { visitor: grace, account } = await target.admit('grace');
  const { id: ada } = await target.account('ada@example.org');
  const made = await grace.get(`${issuer}/account/tokens`, { headers: PAGE });
  const form = made.forms.find((one) => 'label' in one.fields);
  const token = /lyt_[A-Za-z0-9_-]{49}/.exec((await grace.submit(form, { fields: { label: 'mine', days: '1' }, headers: PAGE })).text)[0];
  const api = (path, bearer) => target.office.visitor().get(`${issuer}/api/v1${path}`, { headers: bearer ? { authorization: `Bearer ${bearer}` } : {} });
  const nobody = 'aaaaaaaaaaaaaaa';
  const last = (text) => (text.at(-1) === 'A' ? 'B' : 'A');
  const wrong = `${token.slice(0, -1)}${last(token)}`;
  const unknown = `lyt_${'A'.repeat(49)}`;
  const client = (id) => (round) => sendFrom('127.0.0.1', `${issuer}/token`, new URLSearchParams({ grant_type: 'authorization_code', code: 'x', client_id: id, client_secret: 'guess' }).toString(), { 'x-forwarded-for': `198.51.${100 + (round >> 6)}.${round & 63}` });
  const pairs = {
    'an account, for somebody else': [() => api(`/accounts/${ada}`, token), () => api(`/accounts/${nobody}`, token)],
    'an account, for nobody': [() => api(`/accounts/${account.id}`), () => api(`/accounts/${nobody}`)],
    'why somebody was refused': [() => api('/explain/ada@example.org', token), () => api('/explain/no@example.org', token)],
    'an API token': [() => api('/me', wrong), () => api('/me', unknown)],
    'a session of somebody else': [
      () => grace.post(`${issuer}/account/sessions/${ada}/end`, { form: {}, headers: PAGE }), () => grace.post(`${issuer}/account/sessions/${nobody}/end`, { form: {}, headers: PAGE })],
    'an application, at the gate': [() => ask(lanyard, { application: 'wiki', token: unknown }), () => ask(lanyard, { application: 'wiki', token: wrong })],
    'a registered client': ['web', 'nobody'].map((id) => () => target.office.visitor().get(`${issuer}/register/${id}`, { headers: { authorization: 'Bearer x' } })),
    'a token of somebody, introspected': [
      async () => target.send('/introspect', 'other', { token: target.someToken ??= (await target.tokens('web')).access_token }), () => target.send('/introspect', 'other', { token: 'x.y.z' })],
  };
  const strip = (answer) => `${answer.status} ${answer.text.replaceAll(/[A-Za-z0-9_-]{15,}/g, '…')}`;
  for (const [name, [one, other]] of Object.entries(pairs)) assert.equal(strip(await one()), strip(await other()), name);
  // Clients are named in addresses that everybody sees; their secrets are what is guessed. So: the same words.
  assert.equal(strip(await client('other')(0)), strip(await client('asks')(1)));
  for (const [name, asks] of Object.entries(pairs)) {
    let difference = Infinity;
    // A real difference is there each time; a busy machine's is not.
    for (let attempt = 0; attempt < 4 && difference > 5; ++attempt) {
      const [a, b] = await medians(asks, 21);
      difference = Math.abs(a - b);
      t.diagnostic(`${name}: ${a.toFixed(2)} ms and ${b.toFixed(2)} ms`);
    }
    assert.ok(difference <= 5, `${name}: ${difference.toFixed(2)} ms apart`);
  }
});
