// Three machines with PostgreSQL under Patroni, from examples/ha/patroni.yml, and a member of etcd each.

import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { atEnd, temporaryFolder, until } from '../../e2e/support/ending.mjs';

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

export const PASSWORD = 'CHANGE-ME-1';

const children = (pid) => {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).split('\n').filter(Boolean).map(Number);
  } catch {
    return []; // none, or it is gone
  }
};

class Node {
  constructor(fields) {
    Object.assign(this, fields);
  }
  get name() {
    return this.machine.name;
  }
  get address() {
    return this.machine.address;
  }
  async start() {
    this.program = this.machine.program('patroni', [this.file], { name: `Patroni ${this.name}`, user: 'postgres', cwd: this.folder });
  }
  // Gives what waits until it is ready, which is when others are there.
  startEtcd() {
    const own = (value) => value.replace('10.1.0.11', this.address).replace(/^one$/, this.name);
    const settings = [...example('etcd').matchAll(/^(\w+)=(.*)$/gm)]
      .map(([, name, value]) => [name, name === 'ETCD_INITIAL_CLUSTER' ? value : own(value)]);
    const env = Object.fromEntries([...settings, ['ETCD_DATA_DIR', join(this.folder, 'etcd')]]);
    const options = { name: `etcd ${this.name}`, user: 'postgres', cwd: this.folder, env };
    this.etcd = this.machine.program('etcd', ['--unsafe-no-fsync', '--log-level', 'error'], options);
    const healthy = () => fetch(`http://${this.address}:2379/health`).then(({ status }) => status === 200, () => false);
    return () => this.etcd.untilReady(healthy, 30);
  }
  async ask(path) {
    try {
      const answer = await fetch(`http://${this.address}:8008${path}`, { signal: AbortSignal.timeout(1500) });
      const json = path === '/patroni' || path === '/cluster' ? await answer.json() : await answer.text();
      return { status: answer.status, json };
    } catch {
      return { status: 0 };
    }
  }
  // All processes of the node: Patroni and PostgreSQL with its children.
  processes() {
    const all = [this.program.pid];
    for (const pid of all) all.push(...children(pid));
    const alone = existsSync(this.pidFile) ? [this.postmaster()] : []; // it is nobody's child
    return [...new Set([...all, ...alone, ...alone.flatMap(children)])];
  }
  get pidFile() {
    return join(this.data, 'postmaster.pid');
  }
  postmaster() {
    return Number(readFileSync(this.pidFile, 'utf8').split('\n')[0]);
  }
  // What psql says to this on the node itself, as the superuser.
  sql(text) {
    const psql = ['psql', '-h', this.address, '-U', 'postgres', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-f', '-'];
    const [command, ...words] = [...this.machine.within, ...psql];
    const env = { ...process.env, PGPASSWORD: PASSWORD };
    return execFileSync(command, words, { input: text, encoding: 'utf8', env, stdio: ['pipe', 'pipe', 'pipe'] });
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
  // As the example says it, without the certificates that this cluster does not have.
  get url() {
    const [, url] = /url: (postgresql:\S+)/.exec(example('lanyard.yaml'));
    return replaced(url, [['&sslmode=verify-full&sslrootcert=/etc/lanyard/database-ca.pem', '']]);
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
    const last = ({ program }) => program.text.split('\n').slice(-15).join('\n');
    const what = () => `the cluster to be whole:\n${this.nodes.map(last).join('\n----\n')}`;
    await until(what, () => this.isWhole(), { seconds, every: 500 });
  }
  switchover(from, to) {
    const args = ['-c', this.nodes[0].file, 'switchover', 'lanyard', '--master', from.name, '--candidate', to.name, '--force'];
    return new Promise((done, failed) => {
      const end = (fault, out, err) => (fault ? failed(new Error(out + err)) : done(out));
      execFile('patronictl', args, { encoding: 'utf8', timeout: 60_000 }, end);
    });
  }
}

function configure(node, folder) {
  const at = (port) => [`10.1.0.11:${port}`, `${node.address}:${port}`];
  return replaced(example('patroni.yml'), [
    ['name: one', `name: ${node.name}`], at(8008), at(5432),
    ['/var/lib/postgresql/15/lanyard', node.data], ['/usr/lib/postgresql/15/bin', programs()],
    ['/var/lib/postgresql/.pgpass_patroni', join(folder, 'pgpass')], ['/var/run/postgresql', folder],
    ['mode: automatic', "mode: 'off'"],
  ]);
}

// machines: three, with the addresses of the example.
export async function startCluster(t, machines) {
  const folder = temporaryFolder(t, 'patroni');
  const number = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const [user, group] = [number('-u'), number('-g')];
  chownSync(folder, user, group);
  const nodes = machines.map((machine) => {
    const own = join(folder, machine.name);
    const node = new Node({ machine, file: join(own, 'patroni.yml'), folder: own, data: join(own, 'data') });
    mkdirSync(own);
    writeFileSync(node.file, configure(node, own), { mode: 0o600 });
    for (const path of [own, node.file]) chownSync(path, user, group);
    return node;
  });
  const cluster = new Cluster({ folder, nodes, passwords: { lanyard: 'a password of the test' } });
  const ready = nodes.map((node) => {
    atEnd(t, () => node.etcd.stop('SIGKILL'));
    return node.startEtcd();
  });
  for (const one of ready) await one();
  for (const node of nodes) {
    atEnd(t, () => {
      node.signal('SIGCONT');
      node.signal('SIGKILL');
    });
    await node.start();
  }
  await cluster.untilWhole(240);
  const leader = await cluster.leader();
  leader.sql(`CREATE ROLE lanyard LOGIN PASSWORD '${cluster.passwords.lanyard}'`);
  leader.sql("CREATE DATABASE lanyard OWNER lanyard TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'");
  return cluster;
}
