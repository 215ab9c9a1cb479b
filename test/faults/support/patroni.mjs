// Three PostgreSQL nodes under Patroni on loopback, from examples/ha/patroni.yml, and etcd.

import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { atEnd, freePort, Program, temporaryFolder, until } from '../../e2e/support/ending.mjs';

const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'examples', 'ha');
export const example = (name) => readFileSync(join(EXAMPLES, name), 'utf8');

// The example with other words; each must stand in it.
export function replaced(text, words) {
  for (const [from, to] of words) {
    if (!text.includes(from)) throw new Error(`the example does not say ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

export function missingForPatroni() {
  const absent = ['/usr/bin/patroni', '/usr/bin/etcd', '/usr/sbin/haproxy'].filter((path) => !existsSync(path));
  return absent.length > 0 && `there is no ${absent.join(', ')}: tools/install-packages faults`;
}

const programs = () => {
  const [newest] = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
  return `/usr/lib/postgresql/${newest}/bin`;
};

class Node {
  constructor(fields) {
    Object.assign(this, fields);
  }
  async start() {
    this.program = new Program('patroni', [this.file], { name: `Patroni ${this.name}`, user: 'postgres', cwd: this.folder });
  }
  async ask(path) {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.api}${path}`, { signal: AbortSignal.timeout(1500) });
      const json = path === '/patroni' || path === '/cluster' ? await answer.json() : await answer.text();
      return { status: answer.status, json };
    } catch {
      return { status: 0 };
    }
  }
  // All processes of the node: Patroni and PostgreSQL with its children.
  processes() {
    const all = [this.program.pid];
    for (const pid of all) {
      try {
        all.push(...execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).split('\n').filter(Boolean).map(Number));
      } catch {
        // no children
      }
    }
    const pidFile = join(this.data, 'postmaster.pid');
    if (existsSync(pidFile)) {
      const postmaster = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
      all.push(postmaster);
      try {
        all.push(...execFileSync('pgrep', ['-P', String(postmaster)], { encoding: 'utf8' }).split('\n').filter(Boolean).map(Number));
      } catch {
        // it is gone
      }
    }
    return [...new Set(all)];
  }
  postmaster() {
    return Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }
  signal(name, pids = this.processes()) {
    for (const pid of pids) {
      try {
        process.kill(pid, name);
      } catch {
        // gone already
      }
    }
  }
}

export class Cluster {
  constructor(fields) {
    Object.assign(this, fields);
  }
  get url() {
    const hosts = this.nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return `postgresql://lanyard@${hosts}/lanyard?target_session_attrs=read-write&connect_timeout=2`;
  }
  async leader() {
    for (const node of this.nodes) if ((await node.ask('/leader')).status === 200) return node;
    return undefined;
  }
  // One leader, the others stream, one of them synchronously.
  async isWhole() {
    const leader = await this.leader();
    const members = (await leader?.ask('/cluster'))?.json?.members ?? [];
    return members.length === this.nodes.length && members.some(({ role }) => role === 'sync_standby') &&
      members.every(({ role, state }) => role === 'leader' ? state === 'running' : ['running', 'streaming'].includes(state));
  }
  async untilWhole(seconds = 120) {
    await until(() => `the cluster to be whole:\n${this.nodes.map(({ program }) => program.text.split('\n').slice(-15).join('\n')).join('\n----\n')}`, () => this.isWhole(), { seconds, every: 500 });
  }
  switchover(from, to) {
    const args = ['-c', this.nodes[0].file, 'switchover', 'lanyard', '--master', from.name, '--candidate', to.name, '--force'];
    return new Promise((done, failed) => {
      execFile('patronictl', args, { encoding: 'utf8', timeout: 60_000 }, (fault, out, err) => (fault ? failed(new Error(out + err)) : done(out)));
    });
  }
}

export async function startCluster(t) {
  const folder = temporaryFolder(t, 'patroni');
  const number = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const [user, group] = [number('-u'), number('-g')];
  chownSync(folder, user, group);
  const [etcdPort, peerPort] = [await freePort(), await freePort()];
  // One etcd: it is no part of what is tried here. A site has three.
  const [client, peer] = [`http://127.0.0.1:${etcdPort}`, `http://127.0.0.1:${peerPort}`];
  const etcd = new Program('etcd', ['--data-dir', join(folder, 'etcd'), '--listen-client-urls', client, '--advertise-client-urls', client,
    '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`, '--unsafe-no-fsync',
    '--heartbeat-interval', '500', '--election-timeout', '5000', '--log-level', 'warn'], { name: 'etcd', user: 'postgres', cwd: folder });
  atEnd(t, () => etcd.stop('SIGKILL'));
  await etcd.untilReady(async () => (await fetch(`${client}/health`).then(({ status }) => status, () => 0)) === 200, 30);
  const cluster = new Cluster({ folder, nodes: [], passwords: { lanyard: 'a password of the test' } });
  for (const name of ['one', 'two', 'three']) {
    const own = join(folder, name);
    mkdirSync(own);
    const [port, api] = [await freePort(), await freePort()];
    const file = join(own, 'patroni.yml');
    const text = replaced(example('patroni.yml'), [
      ['name: one', `name: ${name}`], ['10.1.0.11:2379,10.1.0.12:2379,10.1.0.13:2379', `127.0.0.1:${etcdPort}`],
      ['10.1.0.11:8008', `127.0.0.1:${api}`], ['10.1.0.11:5432', `127.0.0.1:${port}`], ['10.1.0.0/24', '127.0.0.1/32'],
      ['/var/lib/postgresql/15/lanyard', join(own, 'data')], ['/usr/lib/postgresql/15/bin', programs()],
      ['/var/lib/postgresql/.pgpass_patroni', join(own, 'pgpass')], ['/var/run/postgresql', own], ['mode: automatic', "mode: 'off'"],
    ]);
    writeFileSync(file, text, { mode: 0o600 });
    for (const path of [own, file]) chownSync(path, user, group);
    const node = new Node({ name, port, api, file, folder: own, data: join(own, 'data') });
    cluster.nodes.push(node);
    atEnd(t, () => {
      node.signal('SIGCONT');
      node.signal('SIGKILL');
    });
    await node.start();
  }
  await cluster.untilWhole(240);
  const leader = await cluster.leader();
  const sql = `CREATE ROLE lanyard LOGIN PASSWORD '${cluster.passwords.lanyard}'; CREATE DATABASE lanyard OWNER lanyard TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';`;
  for (const one of sql.split('; ')) {
    execFileSync('psql', ['-h', '127.0.0.1', '-p', String(leader.port), '-U', 'postgres', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', '-'], {
      input: one, env: { ...process.env, PGPASSWORD: 'CHANGE-ME-1' }, stdio: ['pipe', 'pipe', 'pipe'],
    });
  }
  return cluster;
}
