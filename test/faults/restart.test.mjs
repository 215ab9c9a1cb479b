// The service is restarted under load while its manager holds the socket: nobody is refused.

import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { atEnd, sleep, surroundings, until } from '../e2e/support/ending.mjs';
import { program, startLanyard } from '../e2e/support/lanyard.mjs';

const RESTARTS = 3;

// Starts and stops lanyardd behind a socket that stays open.
function startManager(t, lanyard) {
  const script = fileURLToPath(new URL('./support/socket_manager.py', import.meta.url));
  const words = [lanyard.host, String(lanyard.port), program('lanyardd'), 'serve', '--config', lanyard.configFile];
  const child = spawn('setpriv', ['--pdeathsig=KILL', '--', 'python3', script, ...words], { stdio: ['pipe', 'pipe', 'pipe'], env: surroundings() });
  atEnd(t, () => child.kill('SIGKILL'));
  const manager = { text: '' };
  child.stderr.on('data', (part) => (manager.text += part));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tell = async (word) => {
    child.stdin.write(`${word}\n`);
    return (await lines.next()).value;
  };
  const ready = () => fetch(`${lanyard.operationsUrl}/readyz`).then(({ status }) => status === 200, () => false);
  manager.start = async () => {
    await tell('start');
    await until(() => `lanyardd to get ready. It said:\n${manager.text}`, ready);
  };
  manager.stop = () => tell('stop');
  return manager;
}

test('a restart behind an inherited socket refuses nobody', async (t) => {
  const lanyard = await startLanyard(t, { start: false });
  const manager = startManager(t, lanyard);
  await manager.start();
  const load = { good: 0, bad: [], over: false };
  const one = async () => {
    while (!load.over) {
      try {
        const answer = await fetch(`${lanyard.url}/.well-known/openid-configuration`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(30_000) });
        await answer.text();
        if (answer.status === 200) ++load.good;
        else load.bad.push(answer.status);
      } catch (fault) {
        load.bad.push(String(fault.cause?.code ?? fault));
      }
    }
  };
  const running = Array.from({ length: 4 }, one);
  for (let restart = 0; restart < RESTARTS; ++restart) {
    await sleep(300);
    assert.equal(await manager.stop(), '0', manager.text);
    await manager.start();
  }
  await sleep(300);
  load.over = true;
  await Promise.all(running);
  t.diagnostic(`${load.good} answers during ${RESTARTS} restarts`);
  assert.deepEqual(load.bad, []);
  assert.ok(load.good > 50);
});
