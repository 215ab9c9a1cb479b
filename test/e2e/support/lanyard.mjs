// A running lanyardd with a configuration, a database and a log of its own, and the two command lines.

import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { atEnd, freePort, Program, surroundings, temporaryFolder, until } from './ending.mjs';
import { sharedPostgres } from './postgres.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const BUILD = resolve(ROOT, process.env.LANYARD_BUILD ?? 'build/release');

export const program = (name) => join(BUILD, name);

// Runs lanyardd or lanyard to its end: {code, stdout, stderr}.
export function run(name, args, { env = {}, input = '', seconds = 30, cwd } = {}) {
  return new Promise((done) => {
    const options = { cwd, env: { ...surroundings(), ...env }, timeout: seconds * 1000, killSignal: 'SIGKILL', encoding: 'utf8' };
    const child = execFile(program(name), args, options, (fault, stdout, stderr) => {
      done({ code: fault ? (typeof fault.code === 'number' ? fault.code : (fault.signal ?? fault.code)) : 0, stdout, stderr });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

class Lanyard {
  constructor(fields) {
    Object.assign(this, fields);
  }

  // What was logged so far; lines that are not JSON are {text}.
  get log() {
    return this.program.text.split('\n').filter(Boolean).map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        return { text: line };
      }
    });
  }
  get logText() {
    return this.program.text;
  }

  events(name) {
    return this.log.filter((entry) => entry.event === name);
  }

  untilLogged(name, fits = () => true) {
    return until(`the log entry ${name}`, () => this.events(name).find(fits));
  }

  async start() {
    this.program = new Program(program('lanyardd'), ['serve', '--config', this.configFile], {
      name: 'lanyardd',
      env: this.env,
      cwd: this.folder,
      within: this.within,
    });
    const ready = async () => {
      try {
        const answer = await fetch(`${this.operationsUrl}/readyz`);
        await answer.arrayBuffer();
        return answer.status === 200;
      } catch {
        return false;
      }
    };
    await this.program.untilReady(ready);
  }

  // A graceful stop, which must end well. Stopping twice is fine.
  async stop() {
    if (this.stopped) return;
    this.stopped = true;
    const exit = await this.program.stop('SIGTERM', 40);
    assert.deepEqual(exit, { code: 0, signal: null }, `lanyardd did not stop well. It said:\n${this.program.text}`);
  }

  async restart() {
    await this.stop();
    this.stopped = false;
    await this.start();
  }

  // lanyardd's other commands with the same configuration: run('config', 'check').
  run(...args) {
    return run('lanyardd', [...args, '--config', this.configFile], { env: this.env, cwd: this.folder });
  }

  // The client's command line against this server.
  client(args, { env = {}, ...options } = {}) {
    const home = { HOME: this.folder, XDG_CONFIG_HOME: join(this.folder, 'client'), XDG_RUNTIME_DIR: this.folder };
    return run('lanyard', args, { env: { ...home, LANYARD_SERVER: this.url, ...env }, ...options });
  }
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Objects are merged, everything else is replaced; undefined takes a key away.
export function merge(base, more) {
  const merged = { ...base };
  for (const [key, value] of Object.entries(more)) {
    merged[key] = isObject(value) && isObject(merged[key]) ? merge(merged[key], value) : value;
  }
  return merged;
}

async function databaseUrl(database, folder) {
  if (database === 'sqlite') return `sqlite://${folder}/lanyard.db`;
  if (database === 'postgresql') return (await sharedPostgres()).createDatabase().url;
  return database; // a URL
}

// config: what differs from a minimal configuration, as an object, or a function of { url, folder } that gives one; or the
// whole file as a text. database: 'sqlite', 'postgresql' (a fresh database each) or a URL.
export async function startLanyard(t, { config = {}, env = {}, database = 'sqlite', host = '127.0.0.1', start = true } = {}) {
  const folder = temporaryFolder(t, 'lanyardd');
  const [port, operationsPort] = [await freePort(host), await freePort()];
  const url = `http://${host}:${port}`;
  const minimal = {
    server: {
      public_url: url,
      listen: `${host}:${port}`,
      operations_listen: `127.0.0.1:${operationsPort}`,
      secret_key: randomBytes(32).toString('base64'),
    },
    database: { url: await databaseUrl(database, folder) },
  };
  const given = typeof config === 'function' ? config({ url, host, port, operationsPort, folder }) : config;
  const configFile = join(folder, 'lanyard.yaml');
  // JSON is YAML.
  writeFileSync(configFile, typeof given === 'string' ? given : JSON.stringify(merge(minimal, given), null, 2), { mode: 0o600 });
  const operationsUrl = `http://127.0.0.1:${operationsPort}`;
  const lanyard = new Lanyard({ url, host, port, operationsUrl, folder, configFile, env });
  if (!start) return lanyard; // for the command lines alone
  atEnd(t, () => lanyard.stop());
  await lanyard.start();
  return lanyard;
}
