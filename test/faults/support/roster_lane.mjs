// Accounts: prepared with a key that may be sent again, suspended, restored, reset, approved.

import { Lane } from './lane.mjs';

const STEPS = {
  approved: [['suspend', 'suspended'], ['reset', 'pending']],
  pending: [['approve', 'approved'], ['reject', 'rejected']],
  rejected: [['approve', 'approved']],
  suspended: [['restore', 'approved'], ['reset', 'pending']],
};
const REMEMBERED = 40; // accounts that go on changing; the older ones rest and are looked at now and then

export class RosterLane extends Lane {
  accounts = []; // {id, email, state, wanted?}
  creating = undefined;
  touched = new Set();

  async step() {
    if (this.accounts.length < 3 || this.chance.next() < 0.4) return this.create();
    const account = this.accounts[Math.max(0, this.accounts.length - 1 - this.chance.below(REMEMBERED))];
    const [event, wanted] = this.chance.one(STEPS[account.state]);
    account.wanted = wanted;
    this.touched.add(account);
    const answer = await this.api('POST', `/accounts/${account.id}/${event}`, event === 'approve' ? {} : { reason: 'a test' });
    this.expect(answer, [200], `${event} of ${account.state}`);
    Object.assign(account, { state: wanted, wanted: undefined });
    this.acknowledge('state', { id: account.id, state: wanted });
    return undefined;
  }

  // Sent again with the same key when nobody knows whether it was heard: 201 or 409, and one account either way.
  async create() {
    this.creating ??= { email: `${this.fresh('person')}@example.net`, key: this.fresh('key'), tries: 0 };
    const { email, key } = this.creating;
    ++this.creating.tries;
    const answer = await this.api('POST', '/accounts', { email, name: email }, { 'idempotency-key': key });
    this.expect(answer, this.creating.tries > 1 ? [201, 409] : [201], `create ${email}`);
    const id = answer.status === 201 ? answer.json.id : answer.json.account;
    const account = { id, email, state: 'approved' };
    this.acknowledge('account', { id, email, again: this.creating.tries > 1 });
    this.creating = undefined;
    this.accounts.push(account);
    this.touched.add(account);
  }

  async check() {
    if (this.creating) await this.create();
    const older = Array.from({ length: Math.min(3, this.accounts.length) }, () => this.chance.one(this.accounts));
    for (const account of new Set([...this.touched, ...older])) {
      ++this.counts.checked;
      const answer = this.expect(await this.api('GET', `/accounts/${account.id}`), [200, 404], 'look');
      if (answer.status === 404) {
        this.trouble('lost', `account ${account.id}`);
        continue;
      }
      const { state, emails, email } = answer.json;
      if (!JSON.stringify([emails, email]).includes(account.email)) this.trouble('lost', `address of ${account.id}`);
      if (![account.state, account.wanted].includes(state)) this.trouble('lost', `${account.id} is ${state}, was ${account.state}`);
      Object.assign(account, { state, wanted: undefined });
    }
    this.touched.clear();
  }
}
