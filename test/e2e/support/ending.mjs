// Whatever a test starts has an end, also when the test fails: the last started is stopped first.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const stacks = new WeakMap();

// `t` is a test's context, or { after } of node:test for what a whole file shares.
export function atEnd(t, action) {
  if (typeof t?.after !== 'function') throw new TypeError('The first argument is the test, or { after } of node:test.');
  if (!stacks.has(t)) {
    const stack = [];
    stacks.set(t, stack);
    t.after(async () => {
      const faults = [];
      while (stack.length > 0) {
        try {
          await stack.pop()();
        } catch (fault) {
          faults.push(fault);
        }
      }
      if (faults.length === 1) throw faults[0];
      if (faults.length > 1) throw new AggregateError(faults, faults.map((fault) => fault.message).join('\n'));
    });
  }
  stacks.get(t).push(action);
}

// For what is left when this process goes away in whatever manner.
const leftovers = new Set();
process.on('exit', () => {
  for (const action of leftovers) action();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

export function temporaryFolder(t, name) {
  const folder = mkdtempSync(join(tmpdir(), `lanyard-${name}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  leftovers.add(remove);
  if (t) {
    atEnd(t, () => {
      remove();
      leftovers.delete(remove);
    });
  }
  return folder;
}

export async function freePort(host = '127.0.0.1') {
  const probe = createServer();
  await new Promise((resolve, reject) => probe.once('error', reject).listen(0, host, resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// On a machine that has much else to do everything may take so many times longer.
const PATIENCE = Number(process.env.E2E_PATIENCE ?? 1);

// Asks again and again until the answer is truthy, and says what it waited for when it never is.
export async function until(what, ask, { seconds = 15, every = 25 } = {}) {
  const end = Date.now() + seconds * PATIENCE * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Waited ${seconds * PATIENCE} s for ${typeof what === 'function' ? what() : what}.`);
    await sleep(every);
  }
}

// The environment without LANYARD_BUILD, which is ours and which lanyardd would refuse as an unknown setting.
export function surroundings() {
  const { LANYARD_BUILD: ours, ...rest } = process.env;
  return rest;
}

const MOST_TEXT = 1 << 27; // characters that a program says: benchmarks go on for long, and no string holds 2^29

// A program in the foreground. It dies with this process, however this process dies. `within` stands before the command, and
// leads to where it runs, such as another network.
export class Program {
  constructor(command, args, { name, env = {}, cwd, user, stdout = 'text', typed = false, within = [] } = {}) {
    this.name = name ?? command;
    this.text = '';
    this.exit = undefined; // {code, signal} when it is over
    const become = user ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : [];
    const [first, ...words] = [...within, 'setpriv', ...become, '--pdeathsig=KILL', '--', command, ...args];
    this.child = spawn(first, words, {
      cwd,
      env: { ...surroundings(), ...env },
      stdio: [typed ? 'pipe' : 'ignore', stdout === 'text' ? 'pipe' : 'ignore', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (part) => {
        this.text += part;
        if (this.text.length > MOST_TEXT) this.text = this.text.slice(-MOST_TEXT / 2);
      });
    }
    this.child.stdin?.on('error', () => {}); // it may be gone by then
    this.over = new Promise((resolve) => {
      this.child.once('error', (fault) => {
        this.text += `${fault.message}\n`;
        this.exit ??= { code: 127, signal: null };
        resolve(this.exit);
      });
      this.child.once('close', (code, signal) => {
        leftovers.delete(this.kill);
        this.exit ??= { code, signal };
        resolve(this.exit);
      });
    });
    this.kill = () => this.child.kill('SIGKILL');
    leftovers.add(this.kill);
  }

  // What a person types, where `typed` lets them.
  type(line) {
    this.child.stdin.write(`${line}\n`);
  }

  get pid() {
    return this.child.pid;
  }

  // Not waited for by the event loop: for what lives as long as the process.
  unref() {
    this.child.unref();
    this.child.stdout?.unref();
    this.child.stderr?.unref();
  }

  async untilReady(ask, seconds = 15) {
    await until(
      () => `${this.name} to get ready. It said:\n${this.text}`,
      async () => {
        if (this.exit) throw new Error(`${this.name} ended with ${JSON.stringify(this.exit)}. It said:\n${this.text}`);
        return ask();
      },
      { seconds },
    );
  }

  async stop(signal = 'SIGTERM', seconds = 15) {
    if (this.exit) return this.exit;
    this.child.kill(signal);
    const patience = setTimeout(() => {
      this.text += `(did not stop within ${seconds} s of ${signal}, was killed)\n`;
      this.kill();
    }, seconds * 1000);
    await this.over;
    clearTimeout(patience);
    return this.exit;
  }
}
