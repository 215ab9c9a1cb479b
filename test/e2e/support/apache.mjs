// Debian's Apache with mod_auth_openidc in the foreground, in a temporary folder, not as root.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { atEnd, freePort, Program, temporaryFolder } from './ending.mjs';
import { answers } from './nginx.mjs';

const MODULES = '/usr/lib/apache2/modules';
const NEEDED = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'proxy', 'proxy_http', 'auth_openidc'];

// false, or why it can not be used.
export const missingApache = () => {
  const absent = ['/usr/sbin/apache2', ...NEEDED.map((name) => `${MODULES}/mod_${name}.so`)].filter((path) => !existsSync(path));
  return absent.length > 0 && `there is no ${absent.join(', ')}: tools/install-packages e2e`;
};

// `site` is a function of { host, port, url, folder } that gives the directives of the site.
export async function startApache(t, { site, host = '127.0.0.3', port: given }) {
  const folder = temporaryFolder(t, 'apache');
  const port = given ?? (await freePort(host));
  const url = `http://${host}:${port}`;
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'apache.conf'), `ServerRoot ${folder}
ServerName ${host}
Listen ${host}:${port}
PidFile ${folder}/pid
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:info
${NEEDED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 1
ThreadsPerChild 10
MaxRequestWorkers 10
MinSpareThreads 1
MaxSpareThreads 10
DocumentRoot ${folder}/www
${site({ host, port, url, folder })}
`, { mode: 0o600 });
  const user = process.getuid() === 0 ? 'www-data' : undefined;
  if (user) execFileSync('chown', ['-R', `${user}:${user}`, folder]);
  const program = new Program('/usr/sbin/apache2', ['-D', 'FOREGROUND', '-f', join(folder, 'apache.conf')], { name: 'Apache', user });
  const errors = () => (existsSync(join(folder, 'error.log')) ? readFileSync(join(folder, 'error.log'), 'utf8') : '') + program.text;
  const apache = { url, port, folder, pid: program.pid, errors, stop: () => program.stop() };
  atEnd(t, apache.stop);
  try {
    await program.untilReady(() => answers(`${url}/public/`));
  } catch (fault) {
    throw new Error(`${fault.message}\n${errors()}`);
  }
  return apache;
}
