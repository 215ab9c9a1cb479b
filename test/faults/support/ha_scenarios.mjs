// What breaks in a cluster. Each begins its trouble and gives { lasts, relief, tell }: for how many milliseconds it lasts
// (12 seconds when it says nothing), what ends it, and what is worth telling afterwards.

import { sleep, until } from '../../e2e/support/ending.mjs';
import { startAside } from './ha_people.mjs';

const seconds = (milliseconds) => Math.round(milliseconds / 100) / 10;

async function synchronous(site, leader) {
  const members = (await leader.ask('/cluster')).json?.members ?? [];
  const name = members.find(({ role }) => role === 'sync_standby')?.name;
  return site.cluster.nodes.find((node) => node.name === name);
}

// The leader goes on for itself alone while cut() keeps it from those who could relieve it. What it acknowledges to people on its
// own machine then must be there afterwards as well, under whoever leads.
async function leadsAlone(site, cut, mend) {
  const leader = await site.cluster.leader();
  const aside = startAside(leader);
  await sleep(1500);
  const others = site.cluster.nodes.filter((node) => node !== leader);
  const began = Date.now();
  cut(leader, others);
  let another;
  const watching = until('another leader', async () => {
    for (const node of others) if ((await node.ask('/leader')).status === 200) another ??= Date.now();
    return another;
  }, { seconds: 60, every: 200 }).catch(() => undefined);
  return {
    lasts: 45_000,
    relief: async () => mend(leader, others),
    tell: async () => {
      await watching;
      const kept = await aside.end();
      const there = new Set((await site.cluster.leader()).sql('SELECT id FROM aside').split('\n'));
      const late = kept.filter(({ at }) => at > began + 500);
      return {
        anotherLeaderAfter: another && seconds(another - began),
        aside: { acknowledged: kept.length, whileAlone: late.length, lost: kept.filter(({ id }) => !there.has(id)).length },
        bad: another === undefined || late.length > 0 || kept.length === 0 || kept.some(({ id }) => !there.has(id)),
      };
    },
  };
}

export const SCENARIOS = {
  async leader_dies(site) {
    const leader = await site.cluster.leader();
    leader.signal('SIGKILL');
    return { lasts: 35_000, relief: () => leader.start() };
  },
  async postgres_crashes(site) {
    const leader = await site.cluster.leader();
    process.kill(leader.postmaster(), 'SIGKILL');
    return {};
  },
  async leader_freezes(site) {
    const leader = await site.cluster.leader();
    const frozen = leader.processes();
    leader.signal('SIGSTOP', frozen);
    return { lasts: 45_000, relief: async () => leader.signal('SIGCONT', frozen) };
  },
  async switchover(site) {
    const leader = await site.cluster.leader();
    await site.cluster.switchover(leader, await synchronous(site, leader));
    return {};
  },
  async lanyard_dies(site) {
    const [, second] = site.replicas;
    await second.program.stop('SIGKILL');
    return { relief: () => second.start() };
  },
  async lanyard_is_upgraded(site) {
    for (const one of site.replicas) {
      await one.program.stop('SIGTERM', 40);
      await one.start();
      await sleep(2500); // until HAProxy has seen it
    }
    return {};
  },
  // Its machine is off the network, and PostgreSQL on it keeps running.
  leader_cut_off: (site) => leadsAlone(site, ({ machine }) => machine.cutOff(), ({ machine }) => machine.rejoin()),
  // Lanyard still reaches it, but it reaches neither etcd nor whoever takes its log.
  leader_cut_from_its_peers(site) {
    const machines = (nodes) => nodes.map(({ machine }) => machine);
    const cut = ({ machine }, others) => machine.cutFrom(machines(others));
    return leadsAlone(site, cut, ({ machine }, others) => machine.rejoinTo(machines(others)));
  },
  async replica_cut_off(site) {
    const leader = await site.cluster.leader();
    const cut = await synchronous(site, leader);
    cut.machine.cutOff();
    const began = Date.now();
    let named;
    const watching = until('another synchronous node', async () => {
      const now = await synchronous(site, leader);
      if (now !== undefined && now !== cut) named = Date.now();
      return named;
    }, { seconds: 60, every: 200 }).catch(() => undefined);
    return {
      lasts: 30_000,
      relief: async () => cut.machine.rejoin(),
      tell: async () => {
        await watching;
        return { anotherNamedAfter: named && seconds(named - began), bad: named === undefined };
      },
    };
  },
  async lanyard_cut_off(site) {
    const index = 1;
    const { machine } = site.replicas[index];
    machine.cutOff();
    const began = Date.now();
    let ended;
    return {
      lasts: 20_000,
      relief: async () => {
        ended = Date.now();
        machine.rejoin();
      },
      tell: async (watch) => {
        const own = watch.seen.filter((one) => one.index === index);
        const during = own.filter(({ from }) => from > began && from < ended);
        const yes = during.filter(({ status }) => status === 200).map(({ from }) => from - began);
        const others = [...new Set(during.filter(({ status }) => status !== 200).map(({ status, rule }) => `${status} ${rule}`))];
        const again = own.find(({ from, status }) => from > ended && status === 200)?.from;
        return {
          lastYesAfter: yes.length > 0 ? seconds(Math.max(...yes)) : 0, itSaid: others, looksDuring: during.length,
          yesAgainAfter: again && seconds(again - ended), bad: again === undefined || during.length === 0,
        };
      },
    };
  },
};
