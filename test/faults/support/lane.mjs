// One line of work of a writer: it changes things that are its own, writes down what was acknowledged, and after each kill
// holds the server against what it wrote down. A kind of work says what `step` and `check` are.

import { Evidence } from './evidence.mjs';

// A connection that broke: nobody knows what became of the request.
export class Unknown extends Error {}

export class Lane {
  constructor({ name, target, chance, epoch, file }) {
    Object.assign(this, { name, target, chance, epoch });
    this.evidence = new Evidence(file);
    this.count = 0;
    this.counts = { acknowledged: 0, unknown: 0, checked: 0 };
    this.troubles = []; // {kind: 'lost' | 'duplicated' | 'strange', what}
  }

  // A name that nobody else uses.
  fresh(word) {
    return `${word}-${this.name}-${++this.count}`;
  }

  acknowledge(kind, fields) {
    this.evidence.acknowledged(kind, { lane: this.name, ...fields });
    ++this.counts.acknowledged;
  }
  trouble(kind, what) {
    this.troubles.push({ kind, lane: this.name, what });
  }

  // The answer, or Unknown when there was none. 503 is what a server says that could not do it; other tests are about that.
  async send(work) {
    let answer;
    try {
      answer = await work();
    } catch (fault) {
      if (typeof fault.code === 'string' && /^(ECONN|EPIPE|HPE_|ERR_STREAM)/.test(fault.code)) throw new Unknown(fault.code);
      throw fault;
    }
    return answer;
  }
  api(method, path, json, headers = {}) {
    const { office, lanyard, adminToken } = this.target;
    return this.send(() => office.visitor().request(method, `${lanyard.url}/api/v1${path}`, {
      json, headers: { authorization: `Bearer ${adminToken}`, cookie: '', ...headers },
    }));
  }
  expect(answer, statuses, about) {
    if (!statuses.includes(answer.status)) throw new Error(`${this.name}: ${about}: ${answer.status} ${answer.text.slice(0, 400)}`);
    return answer;
  }

  async run() {
    while (!this.epoch.over) {
      if (this.checked !== this.epoch.number) await this.verify();
      try {
        await this.step();
      } catch (fault) {
        if (!(fault instanceof Unknown)) throw fault;
        ++this.counts.unknown;
        await this.epoch.after(this.checked);
      }
    }
    await this.verify();
    this.evidence.close();
  }

  async verify() {
    const number = this.epoch.number;
    if (this.checked !== undefined || this.epoch.over) await this.check();
    this.checked = number;
    this.epoch.verified(this);
  }
}
