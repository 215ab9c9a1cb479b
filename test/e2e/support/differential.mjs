// What several servers make of the same bytes: Lanyard's engine (lanyard_echo) and Node alone, and both of them behind nginx,
// HAProxy and Apache. Each of the two tells what reached it; the rest is comparing.

import { createServer } from 'node:http';
import { connect } from 'node:net';

import { startApache } from './apache.mjs';
import { atEnd, freePort, Program } from './ending.mjs';
import { startHaproxy } from './haproxy.mjs';
import { last } from './http_corpus.mjs';
import { program } from './lanyard.mjs';
import { answers, startNginx } from './nginx.mjs';

const AT_ONCE = 24;

// Everything that stands on this machine for the comparison: {lanyard: port, node: port, nginx: {lanyard: port, node: port}, …}.
export async function startAll(t) {
  const lanyard = await startEcho(t);
  const node = await startNode(t);
  // In front of Node on the port that the helpers watch, in front of Lanyard on another one.
  const [nginx, haproxy, apache] = [{}, {}, {}];
  for (const front of [nginx, haproxy, apache]) front.lanyard = await freePort();
  haproxy.node = await freePort();
  const backends = { lanyard: lanyard.port, node: node.port };
  const both = (front, make) => Object.entries(backends).map(([name, port]) => make(name, port, front[name])).join('\n');
  const nginxSite = (name, port, at) => `
  upstream ${name} { server 127.0.0.1:${port}; keepalive 8; }
  server {
    listen 127.0.0.1:${at};
    client_header_timeout 2s;
    client_body_timeout 2s;
    location / { proxy_pass http://${name}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; }
  }`;
  await startNginx(t, { site: ({ port }) => both(Object.assign(nginx, { node: port }), nginxSite) });
  await startHaproxy(t, { url: `http://127.0.0.1:${haproxy.node}/0/ready`, site: `
defaults
  mode http
  timeout connect 5s
  timeout server 20s
  timeout client 2s
  timeout http-request 2s
${both(haproxy, (name, port, at) => `
frontend front_${name}
  bind 127.0.0.1:${at}
  default_backend ${name}
backend ${name}
  http-reuse always
  server only 127.0.0.1:${port}`)}
` });
  const apacheSite = (name, port, at) => `
${name === 'node' ? '' : `Listen 127.0.0.1:${at}`}
<VirtualHost 127.0.0.1:${at}>
  ProxyPreserveHost On
  AllowEncodedSlashes NoDecode
  ProxyPass / http://127.0.0.1:${port}/
</VirtualHost>`;
  await startApache(t, { host: '127.0.0.1', site: ({ port }) => `
LoadModule reqtimeout_module /usr/lib/apache2/modules/mod_reqtimeout.so
Timeout 20
KeepAliveTimeout 2
RequestReadTimeout header=2 body=2
${both(Object.assign(apache, { node: port }), apacheSite)}
` });
  return { lanyard, node, fronts: { nginx, haproxy, apache } };
}

async function startEcho(t) {
  const port = await freePort();
  const echo = new Program(program('test/programs/lanyard_echo'), [String(port)], { name: 'lanyard_echo' });
  atEnd(t, () => echo.stop());
  await echo.untilReady(() => answers(`http://127.0.0.1:${port}/0/ready`));
  return { port, seen: () => echo.text.split('\n').filter((line) => line.startsWith('{"method"')).map((line) => JSON.parse(line)) };
}

async function startNode(t) {
  const seen = [];
  const server = createServer({ requestTimeout: 2000, headersTimeout: 2000, connectionsCheckingInterval: 200 }, (request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part)).on('error', () => {}).on('end', () => {
      const body = Buffer.concat(parts).toString('latin1');
      const heard = { method: request.method, target: request.url, path: request.url, host: request.headers.host ?? '', body };
      seen.push(heard);
      const text = JSON.stringify(heard);
      response.setHeader('content-type', 'application/json').setHeader('content-length', Buffer.byteLength(text)).end(text);
    });
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  atEnd(t, () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: server.address().port, seen: () => seen };
}

// The answers to one row and the plain request behind it: [{status, heard}], where `heard` is what reached the application.
function ask(port, row) {
  return new Promise((resolve) => {
    const parts = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(row.bytes + last(row.id), 'latin1')));
    const end = () => resolve(parse(Buffer.concat(parts).toString('latin1'), row.bytes.startsWith('HEAD ')));
    socket.setTimeout(15_000, () => socket.destroy());
    socket.on('data', (part) => parts.push(part)).on('error', () => {}).once('close', end);
  });
}

function parse(text, firstIsHead) {
  const found = [];
  while (text.length > 0) {
    const end = text.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
    if (status === 0 && text.startsWith('{')) return [...found, { status: 200, heard: JSON.parse(text) }]; // HTTP/0.9 has no head
    if (end < 0 || status === 0) return [...found, { status }];
    const head = text.slice(0, end).toLowerCase();
    text = text.slice(end + 4);
    if (status < 200) continue;
    let body = '';
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
    if (firstIsHead && found.length === 0) {
      body = '';
    } else if (/\r\ntransfer-encoding: *chunked/.test(head)) {
      for (let size = -1; size !== 0;) {
        const line = text.indexOf('\r\n');
        size = parseInt(text, 16);
        if (line < 0 || Number.isNaN(size)) break;
        body += text.slice(line + 2, line + 2 + size);
        text = text.slice(line + 4 + size);
      }
    } else {
      body = text.slice(0, length === undefined ? text.length : Number(length));
      text = text.slice(body.length);
    }
    found.push({ status, ...(status === 200 && body.startsWith('{') ? { heard: JSON.parse(body) } : {}) });
  }
  return found;
}

// Every row to one port: a list of answers a row.
export async function askAll(port, rows) {
  const out = new Map();
  const waiting = [...rows];
  await Promise.all([...Array(AT_ONCE)].map(async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) out.set(row.id, await ask(port, row));
  }));
  return out;
}

// The requests of each row among those that reached an application.
export function byRow(seen) {
  const rows = new Map();
  for (const heard of seen) {
    const id = Number(/^(?:https?:\/\/[^/]*)?[/?]*(\d+)\//i.exec(heard.target)?.[1]);
    if (!rows.has(id)) rows.set(id, []);
    rows.get(id).push(heard);
  }
  return rows;
}

const same = (a, b) => a.method === b.method && a.body === b.body;
const isAccepted = (answer) => answer?.status === 200;
// Where a reader stopped: after a refusal it closes, or goes on when it knows where the request ended.
const ended = (answers) => answers.length === 0 || !isAccepted(answers.at(-1)) || answers.at(-1).heard?.target.endsWith('/last');

// What of two readers of the same bytes can not both be right: "" when all is well, else what. `a` is Lanyard, `b` somebody else.
// One of them may refuse what the other takes; who takes more than everybody else is looked for by onlyLanyard().
export function disagreement(a, b) {
  for (let at = 0; at < Math.min(a.length, b.length); ++at) {
    if (a[at].heard && b[at].heard && !same(a[at].heard, b[at].heard)) {
      return `request ${at + 1} is ${essence(a[at].heard)} here and ${essence(b[at].heard)} there`;
    }
  }
  const [fewer, more] = a.length < b.length ? [a, b] : [b, a];
  return ended(fewer) || fewer.length === more.length ? '' : `${a.length} requests here and ${b.length} there`;
}

// Whether the first request is taken by Lanyard and refused by all others.
export const onlyLanyard = (lanyard, others) => isAccepted(lanyard[0]) && others.every((answers) => answers.length > 0 && !isAccepted(answers[0]));

// A request that reached the application although the proxy gave its client no answer to it.
export const unanswered = (answers, seen) => seen.length > answers.filter((answer) => isAccepted(answer)).length;

const essence = ({ method, body }) => `${method} with ${JSON.stringify(body).slice(0, 60)}`;

// Whether the same request is for another place. A proxy may write a target anew, absolute or with other signs encoded, but not
// lead elsewhere.
export function otherPlace(a, b) {
  for (let at = 0; at < Math.min(a.length, b.length); ++at) {
    if (!a[at].heard || !b[at].heard) continue;
    const [here, there] = [placeOf(a[at].heard), placeOf(b[at].heard)];
    if (here !== there) return `${here} here and ${there} there`;
  }
  return '';
}

function placeOf({ target }) {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '') || '/';
  return local.replace(/%([0-9a-f]{2})/gi, (all, code) => String.fromCharCode(parseInt(code, 16)));
}
