// A server whose clock a test moves, with Debian's libfaketime. Its steady clock, by which time-outs go, is left alone.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from './ending.mjs';

const LIBRARIES = '/usr/lib';

function library() {
  const found = readdirSync(LIBRARIES).map((folder) => join(LIBRARIES, folder, 'faketime', 'libfaketimeMT.so.1')).find(existsSync);
  if (!found) throw new Error('There is no libfaketime: tools/install-packages e2e');
  return found;
}

// Restarts the server under the clock. move(seconds): that far from the real time, back with a minus.
export async function takeClock(t, lanyard) {
  const file = join(temporaryFolder(t, 'clock'), 'now');
  const move = (seconds) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}`);
  move(0);
  lanyard.env = { ...lanyard.env, LD_PRELOAD: library(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  await lanyard.restart();
  return { move };
}
