// Caddy in the foreground, in a temporary folder, with the site blocks that a test hands in.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { atEnd, freePort, Program, temporaryFolder } from './ending.mjs';
import { answers, render } from './nginx.mjs';

// `site` is a text or a function of { host, port, folder }, and holds a block for http://HOST:PORT.
export async function startCaddy(t, { site, replace = {}, host = '127.0.0.1' }) {
  const folder = temporaryFolder(t, 'caddy');
  const port = await freePort(host);
  const blocks = render(typeof site === 'function' ? site({ host, port, folder }) : site, replace);
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, `{\n\tadmin off\n\tauto_https off\n\tdefault_bind ${host}\n}\n\n${blocks}\n`);
  const program = new Program('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
    name: 'Caddy',
    env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    cwd: folder,
  });
  const url = `http://${host}:${port}`;
  const caddy = { url, port, folder, errors: () => program.text, stop: () => program.stop() };
  atEnd(t, caddy.stop);
  await program.untilReady(() => answers(url));
  return caddy;
}
