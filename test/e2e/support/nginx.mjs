// nginx in the foreground, in a temporary folder, with the server blocks that a test hands in.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { atEnd, freePort, Program, temporaryFolder } from './ending.mjs';

// Puts values into a text. Each name must be there, so that an example that changed does not go untested unnoticed.
export function render(text, replace = {}) {
  for (const [from, to] of Object.entries(replace)) {
    if (!text.includes(from)) throw new Error(`"${from}" is not in this text:\n${text}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

// `site` is what belongs inside http { }, as a text or as a function of { host, port, folder }.
export async function startNginx(t, { site, replace = {}, host = '127.0.0.1' }) {
  const folder = temporaryFolder(t, 'nginx');
  const port = await freePort(host);
  const inside = render(typeof site === 'function' ? site({ host, port, folder }) : site, replace);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  for (const name of temporary) mkdirSync(join(folder, name));
  const configuration = `daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log info;
events { worker_connections 256; }
http {
  access_log ${folder}/access.log;
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
${inside}
}
`;
  writeFileSync(join(folder, 'nginx.conf'), configuration);
  const program = new Program('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    name: 'nginx',
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
  });
  const url = `http://${host}:${port}`;
  const nginx = {
    url,
    port,
    folder,
    pid: program.pid,
    errors: () => readFileSync(join(folder, 'error.log'), 'utf8'),
    accesses: () => readFileSync(join(folder, 'access.log'), 'utf8').split('\n').filter(Boolean),
    stop: () => program.stop('SIGQUIT'),
  };
  atEnd(t, nginx.stop);
  await program.untilReady(() => answers(url));
  return nginx;
}

export async function answers(url) {
  try {
    await (await fetch(url, { redirect: 'manual' })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
