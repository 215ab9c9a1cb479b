// A network of machines for one test: each is a network namespace with an address on a bridge, and the bridge stands in a
// namespace of this process. The real network of the machine is never touched, and all of it goes when the processes end.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { atEnd, Program, until } from '../../e2e/support/ending.mjs';

const BRIDGE = 'lanyard0';
// A network of its own, and processes that end with the first of them.
const APART = ['--net', '--pid', '--mount-proc', '--fork', '--kill-child=KILL', '--'];
const MASK = 24;
// Nobody has this hardware address: a bridge sends what goes there into nowhere, as a broken switch does.
const NOBODY = '02:00:00:00:00:fe';
const own = () => readlinkSync('/proc/self/ns/net');
const ip = (...words) => execFileSync('ip', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export function missingForNetwork() {
  if (process.getuid() !== 0) return 'network namespaces are made by root: run this as root';
  const absent = ['/usr/sbin/ip', '/usr/bin/unshare', '/usr/bin/nsenter'].filter((path) => !existsSync(path));
  if (absent.length > 0) return `there is no ${absent.join(', ')}: tools/install-packages faults`;
  const tried = spawnSync('unshare', [...APART, 'ip', 'link', 'add', BRIDGE, 'type', 'bridge'], { encoding: 'utf8' });
  return tried.status !== 0 && `this machine makes no network namespaces with a bridge: ${tried.stderr.trim()}`;
}

// Runs `script` once more in a network of its own, and gives its exit code, or nothing when this is that second run. It has its own
// processes too, under a shell that takes leave of them: when it ends, in whatever manner, PostgreSQL and all others end with it.
export async function runApart(script) {
  const outside = process.env.FAULTS_OUTSIDE;
  if (outside !== undefined && outside !== own()) return undefined;
  const inside = ['bash', '-c', '"$@"; exit $?', 'bash', process.execPath, fileURLToPath(script), ...process.argv.slice(2)];
  const words = ['--pdeathsig=KILL', '--', 'unshare', ...APART, ...inside];
  const child = spawn('setpriv', words, { stdio: 'inherit', env: { ...process.env, FAULTS_OUTSIDE: own() } });
  return new Promise((resolve) => child.once('error', () => resolve(1)).once('close', (code) => resolve(code ?? 1)));
}

class Machine {
  constructor(fields) {
    Object.assign(this, fields);
  }
  // What stands before a command that runs on this machine.
  get within() {
    return ['nsenter', `--net=/proc/${this.holder.pid}/ns/net`, '--'];
  }
  program(command, args, options) {
    return new Program(command, args, { within: this.within, ...options });
  }
  ip(...words) {
    const [command, ...rest] = [...this.within, 'ip', ...words];
    return execFileSync(command, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
  // The cable is out: what was sent is lost, and nobody is told.
  cutOff() {
    ip('link', 'set', this.port, 'down');
  }
  rejoin() {
    ip('link', 'set', this.port, 'up');
  }
  // Nothing more passes between this one and those, in neither direction; others reach all of them.
  cutFrom(others) {
    for (const [one, other] of others.flatMap((other) => [[this, other], [other, this]])) {
      one.ip('neigh', 'replace', other.address, 'lladdr', NOBODY, 'dev', 'eth0', 'nud', 'permanent');
    }
  }
  rejoinTo(others) {
    for (const [one, other] of others.flatMap((other) => [[this, other], [other, this]])) {
      one.ip('neigh', 'del', other.address, 'dev', 'eth0');
    }
  }
}

// unshare has become what it runs: the namespace is there, and stays.
const isAsleep = (pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sleep';

// `address` is the one of this process on the bridge. Nothing but this network may be where we are.
export function startNetwork(t, address) {
  const known = ip('-o', 'link').split('\n').filter((line) => /state UP/.test(line) && !/ lo:/.test(line));
  if (known.length > 0) throw new Error(`This is not a network of our own: ${known.join('; ')}`);
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', BRIDGE, 'type', 'bridge');
  ip('address', 'add', `${address}/${MASK}`, 'dev', BRIDGE);
  ip('link', 'set', BRIDGE, 'up');
  return {
    async machine(name, where) {
      const holder = new Program('unshare', ['--net', 'sleep', 'infinity'], { name });
      atEnd(t, () => holder.stop('SIGKILL'));
      await until(`the namespace of ${name}`, () => isAsleep(holder.pid));
      const one = new Machine({ name, address: where, holder, port: `to-${name}` });
      ip('link', 'add', one.port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(holder.pid));
      ip('link', 'set', one.port, 'master', BRIDGE, 'up');
      one.ip('link', 'set', 'lo', 'up');
      one.ip('address', 'add', `${where}/${MASK}`, 'dev', 'eth0');
      one.ip('link', 'set', 'eth0', 'up');
      return one;
    },
  };
}

