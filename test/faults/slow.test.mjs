// Very many connections that dawdle: over their headers, over a body, over reading the answer, or with nothing to say. Others
// are served as if they were alone. FAULTS_CONNECTIONS=10000 for the figures.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';

import { atEnd, sleep } from '../e2e/support/ending.mjs';
import { startLanyard } from '../e2e/support/lanyard.mjs';
import { makeCertificates } from '../e2e/support/tls.mjs';
import { startFaultySite } from './support/site.mjs';
import { honest } from './support/waiting.mjs';

const COUNT = Number(process.env.FAULTS_CONNECTIONS ?? 1000);
const ROOM = { limits: { connections: COUNT + 1000 } };
const AT_ONCE = 200;

const resident = ({ program: { pid } }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

// So many connections, each opened by `open()`, which resolves to its socket.
async function openAll(t, open, atOnce = AT_ONCE, count = COUNT) {
  const sockets = [];
  atEnd(t, () => sockets.forEach((socket) => socket.destroy()));
  while (sockets.length < count) {
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - sockets.length) }, open))));
  }
  return sockets;
}

const plain = ({ port, host }, first = '') => new Promise((resolve, reject) => {
  const socket = connect(port, host, () => (first ? socket.write(first, () => resolve(socket)) : resolve(socket)));
  socket.once('error', reject);
  socket.once('connect', () => socket.removeAllListeners('error').on('error', () => {}));
});

const MODES = {
  // The first lines of a head, and then a letter now and then.
  headers: { first: (site) => `GET /login HTTP/1.1\r\nHost: ${site.lanyard.host}\r\n`, more: 'X' },
  body: { first: (site) => `POST /token HTTP/1.1\r\nHost: ${site.lanyard.host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000\r\n\r\n`, more: 'a' },
  // Asks for the longest document again and again and takes nothing of it.
  reading: { first: (site) => `GET /api/v1/openapi.yaml HTTP/1.1\r\nHost: ${site.lanyard.host}\r\n\r\n`.repeat(8), takesNothing: true },
};

for (const [mode, { first, more, takesNothing }] of Object.entries(MODES)) {
  test(`attack_127: ${COUNT} connections that are slow with ${mode} hinder nobody`, async (t) => {
    const site = await startFaultySite(t, { config: ROOM });
    const alone = await honest(site);
    const sockets = await openAll(t, () => plain(site.lanyard, first(site)));
    for (const socket of sockets) {
      if (takesNothing) socket.pause();
      else socket.resume();
    }
    let over = false;
    const dripping = (async () => {
      while (more && !over) {
        await sleep(1000);
        for (const socket of sockets) if (!socket.destroyed) socket.write(more);
      }
    })();
    const among = await honest(site);
    over = true;
    await dripping;
    t.diagnostic(JSON.stringify({ mode, connections: COUNT, alone, among, open: sockets.filter(({ destroyed }) => !destroyed).length }));
    // On a machine that has much else to do the few slowest say little, but the median must not have grown.
    assert.ok(among.p99 < 200 || among.p50 < 2 * alone.p50 + 5, `p50 ${among.p50} ms, p99 ${among.p99} ms, alone ${alone.p50} and ${alone.p99} ms`);
  });
}

for (const kind of ['plain', 'TLS']) {
  test(`attack_127: ${COUNT} connections that say nothing more cost little (${kind})`, async (t) => {
    const tls = kind === 'TLS' ? makeCertificates(t) : undefined;
    const lanyard = await startLanyard(t, {
      config: ({ url }) => ({
        limits: { ...ROOM.limits, idle_time: '1h' }, server: tls ? { public_url: url.replace('http:', 'https:'), tls_certificate: tls.certificateFile, tls_key: tls.keyFile } : {},
      }),
    });
    const one = () => (tls ? new Promise((resolve, reject) => {
      const socket = connectTls({ port: lanyard.port, host: lanyard.host, ca: tls.ca, checkServerIdentity: () => undefined }, () => resolve(socket));
      socket.once('error', reject);
      socket.once('secureConnect', () => socket.removeAllListeners('error').on('error', () => {}));
    }) : plain(lanyard));
    // Each asks once and stays, as browsers and proxies do.
    const visit = async () => {
      const socket = await one();
      await new Promise((resolve, reject) => {
        socket.once('data', resolve).once('close', () => reject(new Error('closed without an answer')));
        socket.write(`GET /healthz HTTP/1.1\r\nHost: ${lanyard.host}\r\n\r\n`);
      });
      return socket;
    };
    await openAll(t, visit, 20, 20); // what is there once, however many come
    const before = resident(lanyard);
    // A handshake takes several times what a connection keeps. Of few at once the holes that they leave are small.
    const sockets = await openAll(t, visit, 20);
    const each = (resident(lanyard) - before) / COUNT;
    const open = sockets.filter(({ destroyed }) => !destroyed).length;
    t.diagnostic(JSON.stringify({ kind, connections: COUNT, open, bytesEach: Math.round(each) }));
    assert.equal(open, COUNT, 'all of them stay');
    assert.ok(each < (tls ? 18 : 2) * 1024, `${each} bytes each`);
  });
}
