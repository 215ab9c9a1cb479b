// What is under the database breaks: a flush fails, the disk is full, the file can only be read, descriptors run out.

import { strict as assert } from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { atEnd, temporaryFolder, until } from '../e2e/support/ending.mjs';
import { startFaultySite } from './support/site.mjs';

const EIO = 5;
const ENOSPC = 28;
const EROFS = 30;

// A site whose disk does what `say('flush', EIO)` says, and works again after `say()`.
async function startOnFaultyDisk(t) {
  const folder = temporaryFolder(t, 'faulty-disk');
  const [library, control] = [join(folder, 'faulty_disk.so'), join(folder, 'control')];
  const source = fileURLToPath(new URL('./support/faulty_disk.c', import.meta.url));
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'pipe' });
  const site = await startFaultySite(t, { database: 'sqlite', env: { LD_PRELOAD: library, FAULTY_DISK: control } });
  site.say = (word, number) => (word ? writeFileSync(control, `${word} ${number}\n`) : rmSync(control, { force: true }));
  return site;
}

function assertRefused(answer) {
  assert.equal(answer.status, 503, answer.text);
  assert.ok(Number(answer.headers.get('retry-after')) > 0, 'Retry-After');
  assert.match(answer.headers.get('content-type'), /problem\+json/);
}

async function assertServes(site) {
  assert.equal((await site.read()).status, 200, 'reading');
  const gate = await site.gate();
  assert.equal(gate.status, 200, `the gate: ${gate.rule}`);
}

test('attack_157: after a flush that failed nothing is acknowledged until the next start', async (t) => {
  const site = await startOnFaultyDisk(t);
  const before = await site.write();
  assert.equal(before.status, 201, before.text);
  site.say('flush', EIO);
  assertRefused(await site.write());
  site.say(); // the disk says that all is well again; what it forgot it does not say
  for (let again = 0; again < 3; ++again) assertRefused(await site.write());
  await assertServes(site);
  const { status, checks } = await site.ready();
  assert.equal(status, 503, 'not ready');
  assert.match(checks.database, /disk/);
  assert.equal(site.lanyard.events('store.disk_failed').length, 1, 'one line says so');
  await site.lanyard.program.stop('SIGKILL');
  await site.lanyard.start();
  assert.ok(await site.isThere(before.id));
  assert.equal((await site.write()).status, 201, 'the next start takes writes again');
  await site.verifies();
});

for (const [what, number] of [['full', ENOSPC], ['read-only', EROFS]]) {
  test(`attack_157: a database on a ${what} disk refuses writes, goes on reading, and recovers by itself`, async (t) => {
    const site = await startOnFaultyDisk(t);
    const before = await site.write();
    site.say('write', number);
    for (let again = 0; again < 3; ++again) assertRefused(await site.write());
    await assertServes(site);
    site.say();
    const after = await site.write();
    assert.equal(after.status, 201, after.text);
    for (const { id } of [before, after]) assert.ok(await site.isThere(id));
    await site.verifies();
  });
}

test('attack_157: a small disk that runs full refuses writes until there is room', async (t) => {
  if (process.getuid() !== 0) return t.skip('only root may mount a small disk');
  const disk = join(temporaryFolder(t, 'small-disk'), 'mount');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'lanyard-test', disk], { encoding: 'utf8' });
  if (mounted.status !== 0) return t.skip(`this machine lets nobody mount a small disk: ${mounted.stderr.trim()}`);
  atEnd(t, () => execFileSync('umount', ['-l', disk]));
  const site = await startFaultySite(t, { database: `sqlite://${disk}/lanyard.db` });
  writeFileSync(join(disk, 'filler'), Buffer.alloc(5 << 20));
  const kept = [];
  let refused;
  for (let count = 0; count < 4000 && !refused; ++count) {
    const answer = await site.write();
    if (answer.status === 201) kept.push(answer.id);
    else refused = answer;
  }
  assertRefused(refused);
  await assertServes(site);
  rmSync(join(disk, 'filler'));
  const after = await site.write();
  assert.equal(after.status, 201, after.text);
  for (const id of [...kept.slice(-20), after.id]) assert.ok(await site.isThere(id), id);
  await site.verifies();
  t.diagnostic(`${kept.length} accounts until the disk was full`);
  return undefined;
});

test('attack_157: without a free descriptor nobody new is heard, health answers, and it recovers by itself', async (t) => {
  const site = await startFaultySite(t);
  const { pid } = site.lanyard.program;
  const idle = [];
  atEnd(t, () => idle.forEach((socket) => socket.destroy()));
  execFileSync('prlimit', [`--pid=${pid}`, '--nofile=256:256']);
  await until('the descriptors to run out', async () => {
    for (let count = 0; count < 20; ++count) {
      const socket = connect(site.lanyard.port, site.lanyard.host);
      socket.on('error', () => {});
      idle.push(socket);
    }
    return idle.length > 400;
  });
  const health = await fetch(`${site.lanyard.operationsUrl}/healthz`, { signal: AbortSignal.timeout(5000) }).then(({ status }) => status, (fault) => fault.message);
  t.diagnostic(`health: ${health}`);
  assert.equal(health, 200, 'the listener for operators has room kept for it');
  idle.splice(0).forEach((socket) => socket.destroy());
  await until('the next request', async () => (await site.write().catch(() => ({}))).status === 201, { seconds: 10 });
  await assertServes(site);
});
