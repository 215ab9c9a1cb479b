// A PostgreSQL of our own on loopback, in a temporary folder, and a fresh database for whoever asks.

import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { atEnd, freePort, Program, temporaryFolder } from './ending.mjs';

const HOME = '/usr/lib/postgresql';

function programs() {
  const versions = existsSync(HOME) ? readdirSync(HOME).filter((name) => existsSync(join(HOME, name, 'bin', 'initdb'))) : [];
  if (versions.length === 0) throw new Error('There is no PostgreSQL server: tools/install-packages check');
  return join(HOME, versions.sort((a, b) => Number(b) - Number(a))[0], 'bin');
}

class Postgres {
  constructor(folder, port, user) {
    Object.assign(this, { folder, port, user, bin: programs(), count: 0 });
  }

  // PostgreSQL refuses to run as root, so root becomes the system's user `postgres`.
  as(program, args, input) {
    const become = this.user ? [`--reuid=${this.user}`, `--regid=${this.user}`, '--clear-groups', '--'] : ['--'];
    return execFileSync('setpriv', [...become, join(this.bin, program), ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  initialise() {
    this.as('initdb', ['-D', join(this.folder, 'data'), '-U', 'lanyard', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8']);
  }

  async start() {
    const settings = { port: this.port, listen_addresses: '127.0.0.1', unix_socket_directories: this.folder, fsync: 'off' };
    const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    this.program = new Program(join(this.bin, 'postgres'), ['-D', join(this.folder, 'data'), ...flags], {
      name: 'PostgreSQL',
      cwd: this.folder,
      user: this.user,
    });
    await this.program.untilReady(() => {
      try {
        this.as('pg_isready', ['-h', '127.0.0.1', '-p', String(this.port), '-q']);
        return true;
      } catch {
        return false;
      }
    });
  }

  // Immediate: an outage, not a farewell. start() plays the recovery.
  stop() {
    return this.program.stop('SIGQUIT');
  }

  // A new empty database, as the URL that Lanyard's configuration takes.
  createDatabase() {
    const name = `lanyard_${++this.count}`;
    this.sql(`CREATE DATABASE ${name}`);
    return { name, url: `postgresql://lanyard@127.0.0.1:${this.port}/${name}` };
  }

  // Rows as lists of texts.
  sql(text, database = 'postgres') {
    const options = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'lanyard', '-d', database];
    const out = this.as('psql', [...options, '-X', '-q', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-f', '-'], text);
    return out.split('\n').filter(Boolean).map((line) => line.split('\t'));
  }
}

export async function startPostgres(t) {
  const folder = temporaryFolder(t, 'postgres');
  const user = process.getuid() === 0 ? 'postgres' : undefined;
  if (user) {
    const number = (flag) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
    chownSync(folder, number('-u'), number('-g'));
  }
  const postgres = new Postgres(folder, await freePort(), user);
  postgres.initialise();
  await postgres.start();
  if (t) atEnd(t, () => postgres.stop());
  return postgres;
}

// One for all tests of this file; it goes when the process goes.
let shared;
export async function sharedPostgres() {
  shared ??= startPostgres(undefined).then((postgres) => {
    postgres.program.unref();
    return postgres;
  });
  return shared;
}
