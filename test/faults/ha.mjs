// Three Lanyard processes behind HAProxy on a Patroni cluster, and what users see while parts of it die:
// node test/faults/ha.mjs [--only leader_dies] – the files of examples/ha are what runs.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { atEnd, freePort, Program, sleep, temporaryFolder, until } from '../e2e/support/ending.mjs';
import { startLanyard } from '../e2e/support/lanyard.mjs';
import { admit, adminTokenFile, ask, PAGE, signIn, startSite } from '../e2e/support/site.mjs';
import { example, missingForPatroni, replaced, startCluster } from './support/patroni.mjs';

const WRITERS = 3;
const STALE = 2000; // no verdict is older (milliseconds)

// The second and third process of a site, with the configuration of the first.
async function startReplica(t, first, database) {
  const replica = await startLanyard(t, { database, start: false });
  const config = JSON.parse(readFileSync(first.configFile, 'utf8'));
  const own = JSON.parse(readFileSync(replica.configFile, 'utf8')).server;
  config.server = { ...config.server, listen: own.listen, operations_listen: own.operations_listen };
  writeFileSync(replica.configFile, JSON.stringify(config), { mode: 0o600 });
  atEnd(t, () => replica.stop());
  await replica.start();
  return replica;
}

async function startHaproxy(t, replicas) {
  const folder = temporaryFolder(t, 'haproxy');
  const port = await freePort();
  const text = replaced(example('haproxy.cfg'), [
    ['bind :443 ssl crt /etc/haproxy/id.example.org.pem', `bind 127.0.0.1:${port}`],
    ...replicas.map((one, index) => [`10.1.0.2${index + 1}:8080`, `127.0.0.1:${one.port} port ${one.operationsPort}`]),
    ['check port 9464', 'check'],
  ]);
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, text);
  const program = new Program('haproxy', ['-db', '-f', file], { name: 'HAProxy', cwd: folder });
  atEnd(t, () => program.stop('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await program.untilReady(async () => (await fetch(`${url}/.well-known/openid-configuration`).then(({ status }) => status, () => 0)) === 200, 30);
  return { url, program };
}

async function startAll(t) {
  const cluster = await startCluster(t);
  console.error('the cluster is whole');
  const config = { database: { password: cluster.passwords.lanyard } };
  const { lanyard: first, provider } = await startSite(t, { database: cluster.url, config });
  const replicas = [first, await startReplica(t, first, cluster.url), await startReplica(t, first, cluster.url)];
  for (const one of replicas) one.operationsPort = new URL(one.operationsUrl).port;
  for (const one of replicas.slice(1)) admit(provider, one);
  const proxy = await startHaproxy(t, replicas);
  const { token } = await adminTokenFile(first, provider);
  const site = { cluster, replicas, proxy, first, provider, bearer: { authorization: `Bearer ${token}` } };
  site.bob = await memberWithToken(site);
  return site;
}

const api = async (site, method, path, json) => {
  const answer = await fetch(`${site.proxy.url}/api/v1${path}`, {
    method, headers: { ...site.bearer, 'content-type': 'application/json' }, body: json && JSON.stringify(json), signal: AbortSignal.timeout(25_000),
  });
  const text = await answer.text();
  return { status: answer.status, text, retry: answer.headers.get('retry-after') };
};

// Somebody whose token the gates are asked about.
async function memberWithToken(site) {
  const { client } = await signIn(site.first, site.provider, 'grace');
  const list = JSON.parse((await api(site, 'GET', '/accounts')).text).items;
  const { id } = list.find(({ email }) => email === 'grace@example.com');
  assert.equal((await api(site, 'POST', `/accounts/${id}/approve`, {})).status, 200);
  const page = await client.get(`${site.first.url}/account/tokens`, { headers: PAGE });
  const form = page.forms.find((one) => new URL(one.action).pathname === '/account/tokens' && 'label' in one.fields);
  const made = await client.submit(form, { fields: { label: 'gate', account: '1', days: '1' }, headers: PAGE });
  return { id, token: /lyt_[A-Za-z0-9_-]{49}/.exec(made.text)[0] };
}

// People who make accounts through HAProxy, one after the other, until `over`.
function startLoad(site) {
  const load = { kept: [], refused: new Map(), over: false, lastGap: 0 };
  let count = 0;
  const one = async () => {
    while (!load.over) {
      const email = `ha-${Date.now().toString(36)}-${++count}@example.net`;
      const answer = await api(site, 'POST', '/accounts', { email }).catch((fault) => ({ status: fault.name }));
      if (answer.status === 201) load.kept.push({ id: JSON.parse(answer.text).id, at: Date.now() });
      else {
        load.refused.set(answer.status, (load.refused.get(answer.status) ?? 0) + 1);
        await sleep(100);
      }
    }
  };
  load.running = Promise.all(Array.from({ length: WRITERS }, one));
  return load;
}

// Asks each replica's gate again and again about bob, while he is suspended and restored through HAProxy.
function startWatch(site) {
  const watch = { seen: [], spans: [], over: false, lagWorst: 0 };
  const look = async (replica, index) => {
    while (!watch.over) {
      const from = Date.now();
      const answer = await ask(replica, { token: site.bob.token }).catch(() => undefined);
      watch.seen.push({ index, from, status: answer?.status ?? 0 });
      await sleep(60);
    }
  };
  const until200 = async (event) => {
    for (;;) {
      const answer = await api(site, 'POST', `/accounts/${site.bob.id}/${event}`, { reason: 'a test' }).catch(() => ({ status: 0 }));
      // 409: it was done, although the answer did not come.
      if ([200, 409].includes(answer.status) || watch.over) return;
      await sleep(200);
    }
  };
  const toggle = async () => {
    while (!watch.over) {
      await until200('suspend');
      const suspended = Date.now();
      await sleep(3500);
      watch.spans.push({ from: suspended, to: Date.now() });
      await until200('restore');
      await sleep(1500);
    }
  };
  watch.running = Promise.all([toggle(), ...site.replicas.map(look)]);
  // Yes to somebody who had been suspended for longer than it may take.
  watch.stale = () => watch.spans.flatMap(({ from, to }) => watch.seen.filter((one) => one.status === 200 && one.from > from + STALE && one.from < to));
  return watch;
}

const SCENARIOS = {
  async leader_dies(site) {
    const leader = await site.cluster.leader();
    leader.signal('SIGKILL');
    return async () => leader.start();
  },
  async postgres_crashes(site) {
    const leader = await site.cluster.leader();
    process.kill(leader.postmaster(), 'SIGKILL');
    return async () => {};
  },
  async leader_freezes(site) {
    const leader = await site.cluster.leader();
    const frozen = leader.processes();
    leader.signal('SIGSTOP', frozen);
    return async () => leader.signal('SIGCONT', frozen);
  },
  async switchover(site) {
    const leader = await site.cluster.leader();
    const members = (await leader.ask('/cluster')).json.members;
    const to = site.cluster.nodes.find(({ name }) => name === members.find(({ role }) => role === 'sync_standby').name);
    await site.cluster.switchover(leader, to);
    return async () => {};
  },
  async lanyard_dies(site) {
    const [, second] = site.replicas;
    await second.program.stop('SIGKILL');
    return async () => second.start();
  },
  async lanyard_is_upgraded(site) {
    for (const one of site.replicas) {
      await one.program.stop('SIGTERM', 40);
      await one.start();
      await sleep(2500); // until HAProxy has seen it
    }
    return async () => {};
  },
};
const LASTS = { leader_dies: 35_000, leader_freezes: 45_000 };

async function play(site, name) {
  await site.cluster.untilWhole(180);
  const [load, watch] = [startLoad(site), startWatch(site)];
  await sleep(4000);
  const began = Date.now();
  const relief = await SCENARIOS[name](site);
  await sleep(LASTS[name] ?? 12_000);
  await relief();
  await site.cluster.untilWhole(180);
  await sleep(4000);
  load.over = watch.over = true;
  await Promise.all([load.running, watch.running]);
  await until('grace to be restored', async () => [200, 409].includes((await api(site, 'POST', `/accounts/${site.bob.id}/restore`, { reason: 'a test' }).catch(() => ({}))).status), { seconds: 30 });
  // The longest time without an acknowledged write is what users call an outage.
  const times = load.kept.map(({ at }) => at).sort((a, b) => a - b);
  const gaps = times.slice(1).map((at, index) => at - times[index]);
  let lost = 0;
  for (const { id } of load.kept) {
    const answer = await api(site, 'GET', `/accounts/${id}`);
    if (answer.status === 404) ++lost;
    else assert.equal(answer.status, 200, answer.text);
  }
  return {
    scenario: name, acknowledged: load.kept.length, lost, longestOutageSeconds: Math.max(...gaps) / 1000,
    refused: Object.fromEntries(load.refused), suspensions: watch.spans.length, looks: watch.seen.length,
    staleVerdicts: watch.stale().length, seconds: (Date.now() - began) / 1000,
  };
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const missing = missingForPatroni();
if (missing) {
  console.error(missing);
  process.exit(2);
}
const ends = [];
const t = { after: (action) => ends.push(action) };
let failed = false;
try {
  const site = await startAll(t);
  for (const name of values.only?.split(',') ?? Object.keys(SCENARIOS)) {
    const figures = await play(site, name);
    console.log(JSON.stringify(figures));
    failed ||= figures.lost > 0 || figures.staleVerdicts > 0 || figures.acknowledged === 0;
  }
  const { code, stdout, stderr } = await site.first.run('journal', 'verify');
  console.log(`journal: ${stdout}${stderr}`.trim());
  failed ||= code !== 0;
} catch (fault) {
  failed = true;
  console.error(fault);
} finally {
  for (const end of ends.reverse()) await end().catch?.((fault) => console.error(fault.message));
}
process.exit(failed ? 1 : 0);
