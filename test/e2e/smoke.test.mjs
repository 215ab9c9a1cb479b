// The quickest proof that the built programs are alive, for tools/check --fast.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { run, startLanyard } from './support/lanyard.mjs';

test('both programs start', async () => {
  for (const name of ['lanyardd', 'lanyard']) {
    const { code, stderr } = await run(name, ['--version']);
    assert.equal(code, 0, `${name}: ${stderr}`);
  }
});

test('the server gets ready and stops well', async (t) => {
  const lanyard = await startLanyard(t);
  assert.equal((await fetch(`${lanyard.operationsUrl}/healthz`)).status, 200);
  await lanyard.stop();
});
