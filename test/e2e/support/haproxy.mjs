// HAProxy in the foreground, with the frontends and backends that a test hands in.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { atEnd, Program, temporaryFolder } from './ending.mjs';
import { answers } from './nginx.mjs';

// false, or why it can not be used.
export const missingHaproxy = () => !existsSync('/usr/sbin/haproxy') && 'there is no /usr/sbin/haproxy: tools/install-packages e2e';

// `site` is the configuration behind `global`; `url` is where it answers when it is ready.
export async function startHaproxy(t, { site, url }) {
  const folder = temporaryFolder(t, 'haproxy');
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, `global\n  log stdout format raw local0 info\n  nbthread 1\n${site}`);
  const program = new Program('/usr/sbin/haproxy', ['-db', '-f', file], { name: 'HAProxy' });
  atEnd(t, () => program.stop());
  await program.untilReady(() => answers(url));
  return { url, folder, get text() { return program.text; } };
}
