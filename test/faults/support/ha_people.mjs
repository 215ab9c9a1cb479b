// What goes on at the site while parts of it break: people who write, somebody who is suspended and restored, and whoever
// asks the gates about them.

import { fileURLToPath } from 'node:url';

import { sleep, until } from '../../e2e/support/ending.mjs';
import { api } from './ha_site.mjs';
import { PASSWORD } from './patroni.mjs';

const WRITERS = 3;
const STALE = 2000; // no verdict is older (milliseconds)
const WATCHER = fileURLToPath(new URL('./gate_watcher.mjs', import.meta.url));

// People who make accounts through HAProxy, one after the other, until end().
export function startLoad(site) {
  const load = { kept: [], refused: new Map(), refusedSeconds: new Set(), over: false };
  let count = 0;
  const refuse = (status) => {
    load.refused.set(status, (load.refused.get(status) ?? 0) + 1);
    if (status === 503) load.refusedSeconds.add(Math.floor(Date.now() / 1000));
  };
  const one = async () => {
    while (!load.over) {
      const email = `ha-${Date.now().toString(36)}-${++count}@example.net`;
      const answer = await api(site, 'POST', '/accounts', { email })
        .catch((fault) => ({ status: fault.name === 'TimeoutError' ? 'timed out' : 'cut off' }));
      if (answer.status === 201) load.kept.push({ id: JSON.parse(answer.text).id, at: Date.now() });
      else {
        refuse(answer.status);
        await sleep(100);
      }
    }
  };
  const running = Promise.all(Array.from({ length: WRITERS }, one));
  load.end = () => {
    load.over = true;
    return running;
  };
  // The longest time without an acknowledged write is what users call an outage.
  load.longestGap = () => {
    const times = load.kept.map(({ at }) => at).sort((a, b) => a - b);
    return Math.max(...times.slice(1).map((at, index) => at - times[index])) / 1000;
  };
  load.lost = async () => {
    let lost = 0;
    for (const { id } of load.kept) {
      const { status, text } = await api(site, 'GET', `/accounts/${id}`);
      if (status === 404) ++lost;
      else if (status !== 200) throw new Error(`${status} for ${id}: ${text}`);
    }
    return lost;
  };
  return load;
}

const change = (site, event) => api(site, 'POST', `/accounts/${site.bob.id}/${event}`, { reason: 'a test' })
  .catch(() => ({ status: 0 }));
// 409: it was done, although the answer did not come.
const isDone = ({ status }) => [200, 409].includes(status);

// What happened to bob, as the journal has it, the first first.
async function history(site) {
  const { text } = await api(site, 'GET', `/accounts/${site.bob.id}/journal?limit=200`);
  const items = JSON.parse(text).items.map(({ seq, event, at }) => ({ seq, event, at: Date.parse(at) }));
  return items.sort((a, b) => a.seq - b.seq);
}

const heard = (text) => [...text.matchAll(/^(\d+) (\d+) (\d+) (\S+)$/gm)].map(([, from, to, status, rule]) => (
  { from: Number(from), to: Number(to), status: Number(status), rule }));

// Asks each gate again and again about bob, while he is suspended and restored through HAProxy.
export function startWatch(site) {
  const watch = { spans: [], over: false };
  const env = { TOKEN: site.bob.token };
  const watchers = site.replicas.map(({ machine, url }) => machine.program(process.execPath, [WATCHER, url], { env }));
  const untilDone = async (event) => {
    while (!watch.over && !isDone(await change(site, event))) await sleep(200);
  };
  const toggle = async () => {
    while (!watch.over) {
      await untilDone('suspend');
      const suspended = Date.now();
      await sleep(3500);
      watch.spans.push({ from: suspended, to: Date.now() });
      await untilDone('restore');
      await sleep(1500);
    }
  };
  const running = toggle();
  watch.end = async () => {
    watch.over = true;
    await running;
    watch.seen = watchers.flatMap(({ text }, index) => heard(text).map((one) => ({ index, ...one })));
    for (const one of watchers) await one.stop('SIGKILL');
    await until('bob to be restored', async () => isDone(await change(site, 'restore')), { seconds: 60 });
    watch.history = await history(site);
  };
  // Whether he was restored all the same: by a request without an answer that was made again, and took effect after the second.
  const wasRestored = (from, before) => {
    const suspended = watch.history.findLast(({ event, at }) => event === 'account.suspended' && at <= from);
    return watch.history.some(({ event, at, seq }) => event === 'account.restored' && seq > (suspended?.seq ?? 0) && at < before);
  };
  // Yes, asked and answered while somebody had been suspended for longer than it may take.
  watch.stale = () => watch.spans.flatMap(({ from, to }) => watch.seen
    .filter((one) => one.status === 200 && one.from > from + STALE && one.to < to && !wasRestored(from, one.to))
    .map((one) => ({ ...one, suspended: from })));
  return watch;
}

// Somebody who writes to the database from the leader's own machine: whom the leader still hears when nobody else can reach it.
// Each line is the time of an acknowledgement and what was acknowledged.
export function startAside(node) {
  node.sql('CREATE TABLE IF NOT EXISTS aside (id bigserial PRIMARY KEY)');
  const words = `-h ${node.address} -U postgres -X -q -A -t -c 'INSERT INTO aside VALUES (DEFAULT) RETURNING id'`;
  const env = { PGPASSWORD: PASSWORD, PGCONNECT_TIMEOUT: '2' };
  const script = `while :; do id=$(psql ${words}) && echo "$(date +%s%3N) $id"; sleep 0.1; done`;
  const program = node.machine.program('bash', ['-c', script], { env });
  return {
    async end() {
      await program.stop('SIGKILL');
      return [...program.text.matchAll(/^(\d{13}) (\d+)$/gm)].map(([, at, id]) => ({ at: Number(at), id }));
    },
  };
}
