// Debian's JupyterHub with its proxy, in a temporary folder. People's servers are stand-ins that show their environment.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { atEnd, freePort, Program, temporaryFolder } from './ending.mjs';
import { answers } from './nginx.mjs';

const PYTHON = '/usr/bin/python3'; // Debian's, to whose modules the Hub belongs

// oauthenticator is not in Debian: where OAUTHENTICATOR says, or where Debian's Python finds it by itself.
const environment = () => ({
  PYTHONPATH: process.env.OAUTHENTICATOR ?? '',
  // Debian's proxy with a node that is not Debian's.
  NODE_PATH: '/usr/share/nodejs:/usr/lib/nodejs:/usr/lib/x86_64-linux-gnu/nodejs',
  PATH: `/usr/bin:${process.env.PATH}`,
});

// false, or why it can not be used.
export function missingJupyterHub() {
  if (!existsSync('/usr/bin/jupyterhub')) return 'there is no jupyterhub: tools/install-packages e2e';
  try {
    execFileSync(PYTHON, ['-c', 'import oauthenticator.generic'], { env: { ...process.env, ...environment() }, stdio: 'pipe' });
    return false;
  } catch {
    return 'oauthenticator is not in Debian: install it for /usr/bin/python3, or name the folder that holds it in OAUTHENTICATOR';
  }
}

// What a person's server is here: a page with its environment.
const STAND_IN = `
import html, http.server, os, urllib.parse
place = urllib.parse.urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = "<!doctype html><title>Server</title><link rel=icon href='data:,'><h1>Server of %s</h1>" % html.escape(os.environ["JUPYTERHUB_USER"])
        self.send_response(200); self.send_header("content-type", "text/html"); self.end_headers(); self.wfile.write(text.encode())
    def log_message(self, *words): pass
http.server.HTTPServer((place.hostname, place.port), Page).serve_forever()
`;

// configuration: the text of a jupyterhub_config.py, or a function of { host, port, url } that gives it.
export async function startJupyterHub(t, { configuration, secret, host = '127.0.0.4', port: given, tls }) {
  const folder = temporaryFolder(t, 'jupyterhub');
  const port = given ?? (await freePort(host));
  const url = `http://${host}:${port}`;
  const [hubPort, proxyPort] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'server.py'), STAND_IN);
  writeFileSync(join(folder, 'jupyterhub_config.py'), `${typeof configuration === 'function' ? configuration({ host, port, url }) : configuration}
c.JupyterHub.bind_url = "${url}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:${hubPort}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:${proxyPort}"
c.JupyterHub.db_url = "sqlite:///${folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "${folder}/cookie"
c.ConfigurableHTTPProxy.pid_file = "${folder}/proxy.pid"
c.JupyterHub.spawner_class = "jupyterhub.spawner.SimpleLocalProcessSpawner"
c.SimpleLocalProcessSpawner.home_dir_template = "${folder}/{username}"
c.Spawner.cmd = ["${PYTHON}", "${folder}/server.py"]
`, { mode: 0o600 });
  const program = new Program(PYTHON, ['-W', 'ignore', '/usr/bin/jupyterhub', '-f', join(folder, 'jupyterhub_config.py')], {
    name: 'JupyterHub',
    cwd: folder,
    env: {
      ...environment(), HOME: folder, OAUTH_CLIENT_SECRET: secret, JUPYTERHUB_CRYPT_KEY: randomBytes(32).toString('hex'),
      ...(tls ? { SSL_CERT_FILE: tls.caFile } : {}),
    },
  });
  const hub = { url, port, folder, logs: () => program.text, stop: () => program.stop() };
  atEnd(t, hub.stop);
  await program.untilReady(() => program.text.includes('JupyterHub is now running') && answers(`${url}/hub/login`), 25);
  return hub;
}

const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'examples');
export const example = (path) => readFileSync(join(EXAMPLES, path), 'utf8');
