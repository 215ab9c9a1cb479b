// The writers of a test: processes beside this one, each with lanes of every kind.

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { atEnd, sleep, temporaryFolder } from '../../e2e/support/ending.mjs';
import { handOver } from '../../e2e/support/attacks.mjs';

const WRITER = fileURLToPath(new URL('./writer.mjs', import.meta.url));
const LANES = ['roster', 'roster', 'roster', 'group', 'chain', 'chain', 'device', 'api_token'];

class Writer {
  constructor(start) {
    this.text = '';
    this.waiting = [];
    this.child = fork(WRITER, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (part) => (this.text += part));
    this.child.on('message', (message) => {
      if (message.verified !== undefined) this.verified = message.verified;
      if (message.done) this.done = message.done;
    });
    this.child.once('exit', () => (this.gone = true));
    this.tell({ start });
  }
  tell(message) {
    if (this.child.connected) this.child.send(message);
  }
  async until(ask, what, seconds = 300) {
    const end = Date.now() + seconds * 1000;
    while (!ask()) {
      if (this.done?.fault) throw new Error(this.done.fault);
      if (this.gone && !this.done) throw new Error(`A writer died. It said:\n${this.text}`);
      if (Date.now() > end) throw new Error(`A writer did not ${what} within ${seconds} s. It said:\n${this.text}`);
      await sleep(3);
    }
  }
}

export class Writers {
  constructor(t, target, { processes, seed, lanes = LANES }) {
    // Not where the database is.
    this.folder = temporaryFolder(t, 'evidence');
    this.files = [];
    this.all = Array.from({ length: processes }, (_, index) => {
      const own = lanes.map((kind, place) => ({ kind, name: `${kind}-${index}${place}` }));
      this.files.push(...own.map(({ name }) => join(this.folder, `${name}.jsonl`)));
      return new Writer({ target: handOver(target), lanes: own, seed: seed * 31 + index * 104729, folder: this.folder });
    });
    atEnd(t, () => this.all.forEach(({ child }) => child.kill('SIGKILL')));
    this.life = 0;
  }

  // The server lives again: resolves when every lane has held it against what was acknowledged before.
  async verify() {
    const life = ++this.life;
    for (const writer of this.all) writer.tell({ up: life });
    await Promise.all(this.all.map((writer) => writer.until(() => writer.verified === life, 'verify')));
  }

  // Ends the work: what all lanes counted and found.
  async end() {
    for (const writer of this.all) writer.tell({ over: true });
    await Promise.all(this.all.map((writer) => writer.until(() => writer.done, 'end')));
    const total = { acknowledged: 0, unknown: 0, checked: 0, troubles: [] };
    for (const { done } of this.all) {
      for (const [name, count] of Object.entries(done.counts)) total[name] += count;
      total.troubles.push(...done.troubles);
    }
    return total;
  }
}
