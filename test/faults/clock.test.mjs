// The clock of the machine jumps: nothing lives longer for it, nothing that measures time stands still, and sign-ins with a
// provider whose clock differs by less than a minute go on.

import { strict as assert } from 'node:assert';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { sleep, temporaryFolder, until } from '../e2e/support/ending.mjs';
import { signIn } from '../e2e/support/site.mjs';
import { startFaultySite } from './support/site.mjs';

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const skip = !existsSync(LIBRARY) && 'there is no libfaketime: tools/install-packages e2e';
const HOUR = 3600;

test('attack_156: the clock jumps an hour, a day, and back', { skip }, async (t) => {
  const file = join(temporaryFolder(t, 'clock'), 'now');
  const jump = (seconds) => writeFileSync(file, `${seconds >= 0 ? '+' : ''}${seconds}s`);
  jump(0);
  // The monotonic clock stays what it is, as when somebody sets a real machine's clock.
  const site = await startFaultySite(t, {
    env: { LD_PRELOAD: LIBRARY, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
  });
  const works = async (about) => {
    assert.equal((await site.write()).status, 201, about);
    await until(`the gate ${about}`, async () => (await site.gate()).status === 200, { seconds: 5 });
    assert.equal((await site.ready()).status, 200, about);
  };
  await works('at first');
  for (const seconds of [50, -50]) {
    jump(seconds);
    const { page } = await signIn(site.lanyard, site.provider, 'grace');
    assert.equal(page.status, 200, `a provider ${-seconds} s ahead`);
    await works(`${seconds} s off`);
  }
  jump(-HOUR);
  await works('an hour back');
  jump(HOUR);
  await works('an hour ahead');
  // The administrator's token was made for one day.
  jump(25 * HOUR);
  await sleep(100);
  assert.equal((await site.read()).status, 401, 'the token is over');
  assert.notEqual((await site.gate()).status, 200, 'at the gate as well');
  assert.equal((await site.ready()).status, 200, 'changes of others are still read');
  jump(0);
  await works('at the end');
  await site.verifies();
});
