// The site of examples/ha on machines of its own: three with PostgreSQL and etcd, three with Lanyard, and here HAProxy, the
// practice provider and the people.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { atEnd, Program, temporaryFolder, until } from '../../e2e/support/ending.mjs';
import { startLanyard } from '../../e2e/support/lanyard.mjs';
import { admit, adminTokenFile, PAGE, signIn, startSite } from '../../e2e/support/site.mjs';
import { startNetwork } from './cluster_net.mjs';
import { example, replaced, startCluster } from './patroni.mjs';
import { relay } from './relay.mjs';

const HERE = '10.1.0.20';
const NAMES = ['one', 'two', 'three'];
// Loopback, because a public URL has to be https or this machine, and HAProxy's certificate is no part of what is tried.
const PORT = 8443;
const PUBLIC = `http://127.0.0.1:${PORT}`;
const RELAY = fileURLToPath(new URL('./relay.mjs', import.meta.url));

// One process of the site on its machine, with the configuration of all.
async function startProcess(t, lanyard, machine, config) {
  const server = { ...config.server, public_url: PUBLIC, listen: `${machine.address}:8080`, operations_listen: `${machine.address}:9464` };
  // Whoever asks the gate stands on HAProxy's machine or on this one.
  server.trusted_proxies = [HERE, machine.address];
  writeFileSync(lanyard.configFile, JSON.stringify({ ...config, server }), { mode: 0o600 });
  const [url, operationsUrl] = [`http://${machine.address}:8080`, `http://${machine.address}:9464`];
  Object.assign(lanyard, { machine, url, operationsUrl, within: machine.within });
  atEnd(t, () => lanyard.stop());
  await lanyard.start();
  return lanyard;
}

// The provider is on loopback here, and has to be on each machine: its issuer is plain HTTP, which is believed of loopback alone.
async function passOn(t, machine, port) {
  const program = machine.program(process.execPath, [RELAY, `127.0.0.1:${port}`, `${HERE}:${port}`], { name: `relay of ${machine.name}` });
  atEnd(t, () => program.stop('SIGKILL'));
  await program.untilReady(async () => program.text.includes('ready'));
}

async function startProcesses(t, machines, cluster) {
  const config = { database: { password: cluster.passwords.lanyard } };
  const { lanyard: first, provider } = await startSite(t, { database: cluster.url, config, start: false });
  admit(provider, { url: PUBLIC });
  const server = await relay(`${HERE}:${provider.port}`, `127.0.0.1:${provider.port}`);
  atEnd(t, () => server.close());
  const common = JSON.parse(readFileSync(first.configFile, 'utf8'));
  const replicas = [];
  for (const machine of machines) {
    await passOn(t, machine, provider.port);
    const lanyard = replicas.length === 0 ? first : await startLanyard(t, { database: cluster.url, start: false });
    replicas.push(await startProcess(t, lanyard, machine, common));
  }
  return { replicas, provider };
}

async function startHaproxy(t) {
  const folder = temporaryFolder(t, 'haproxy');
  const file = join(folder, 'haproxy.cfg');
  const bind = ['bind :443 ssl crt /etc/haproxy/id.example.org.pem', `bind 127.0.0.1:${PORT}`];
  writeFileSync(file, replaced(example('haproxy.cfg'), [bind]));
  const program = new Program('haproxy', ['-db', '-f', file], { name: 'HAProxy', cwd: folder });
  atEnd(t, () => program.stop('SIGKILL'));
  const known = () => fetch(`${PUBLIC}/.well-known/openid-configuration`).then(({ status }) => status === 200, () => false);
  await program.untilReady(known, 30);
}

export async function startAll(t) {
  const network = startNetwork(t, HERE);
  const machines = (names, from) => Promise.all(names.map((name, index) => network.machine(name, `10.1.0.${from + index}`)));
  const cluster = await startCluster(t, await machines(NAMES, 11));
  console.error('the cluster is whole');
  const { replicas, provider } = await startProcesses(t, await machines(NAMES.map((name) => `lan-${name}`), 21), cluster);
  await startHaproxy(t);
  const entrance = { url: PUBLIC, folder: replicas[0].folder };
  const { token } = await adminTokenFile(entrance, provider);
  const site = { cluster, replicas, entrance, provider, bearer: { authorization: `Bearer ${token}` } };
  site.bob = await memberWithToken(site);
  return site;
}

// A question to the interface through HAProxy.
export const api = async (site, method, path, json) => {
  const answer = await fetch(`${PUBLIC}/api/v1${path}`, {
    method, headers: { ...site.bearer, 'content-type': 'application/json' }, body: json && JSON.stringify(json),
    signal: AbortSignal.timeout(25_000),
  });
  return { status: answer.status, text: await answer.text() };
};

// Somebody whose token the gates are asked about.
async function memberWithToken(site) {
  const { client } = await signIn(site.entrance, site.provider, 'grace');
  const list = JSON.parse((await api(site, 'GET', '/accounts')).text).items;
  const { id } = list.find(({ email }) => email === 'grace@example.com');
  assert.equal((await api(site, 'POST', `/accounts/${id}/approve`, {})).status, 200);
  // The process that shows the page may be another one than the one that approved, and hear of it later.
  const form = await until('the form for tokens', async () => {
    const page = await client.get(`${PUBLIC}/account/tokens`, { headers: PAGE });
    return page.forms.find((one) => new URL(one.action).pathname === '/account/tokens' && 'label' in one.fields);
  });
  const made = await client.submit(form, { fields: { label: 'gate', account: '1', days: '1' }, headers: PAGE });
  return { id, token: /lyt_[A-Za-z0-9_-]{49}/.exec(made.text)[0] };
}
