// What may be used once: codes, refresh tokens, device codes; and API tokens, which are shown once.

import { SCOPE } from '../../e2e/support/attacks.mjs';
import { PAGE } from '../../e2e/support/site.mjs';
import { Lane } from './lane.mjs';

const IN_A_CHAIN = 6; // refreshes of one grant before the next code

// A code that becomes a chain of refresh tokens. Nothing of it may be used twice, whatever happened in between.
export class ChainLane extends Lane {
  redeemed = []; // codes whose answer came
  chain = undefined; // {refresh, access, open: the refresh token whose use has no answer}

  async step() {
    if (this.chain && this.chain.length < IN_A_CHAIN) return this.refresh();
    this.given = undefined;
    this.given = await this.send(() => this.target.code('web', { scope: SCOPE }));
    const answer = this.expect(await this.send(() => this.target.redeem(this.given)), [200], 'redeem');
    this.take(answer.json, 0);
    this.redeemed.push(this.given);
    this.given = undefined;
    return undefined;
  }

  async refresh() {
    this.chain.open = true;
    const answer = this.expect(await this.send(() => this.target.refresh('web', this.chain.refresh)), [200], 'refresh');
    this.take(answer.json, this.chain.length + 1);
  }

  take({ access_token: access, refresh_token: refresh }, length) {
    this.chain = { access, refresh, length, open: false };
    this.acknowledge('tokens', { refresh, length });
  }

  // Asks with something that was used already, or whose use has no answer. How often it may still succeed is `most`.
  async spend(what, ask, most) {
    ++this.counts.checked;
    for (let times = 0; ; ++times) {
      const answer = this.expect(await this.send(ask), [200, 400], what);
      if (answer.status === 400) return;
      if (times >= most) return this.trouble('duplicated', `${what} was good once more`);
    }
  }

  async check() {
    const { given, chain } = this;
    Object.assign(this, { given: undefined, chain: undefined });
    if (given) await this.spend('a code without an answer', () => this.target.redeem(given), 1);
    if (chain?.open) {
      await this.spend('a refresh token without an answer', () => this.target.refresh('web', chain.refresh), 1);
    } else if (chain) {
      ++this.counts.checked;
      if (!(await this.send(() => this.target.isActive(chain.access)))) this.trouble('lost', 'an access token');
      const answer = await this.send(() => this.target.refresh('web', chain.refresh));
      if (answer.status !== 200) this.trouble('lost', `a refresh token: ${answer.text}`);
      else await this.spend('a used refresh token', () => this.target.refresh('web', chain.refresh), 0);
    }
    for (const code of this.redeemed.slice(-2)) await this.spend('a used code', () => this.target.redeem(code), 0);
    this.redeemed = [];
  }
}

// A program's code that somebody allows at the page.
export class DeviceLane extends Lane {
  used = [];
  late = []; // polls without an answer: asking again too soon would only be told to slow down

  async step() {
    this.begun = undefined;
    const begun = await this.send(() => this.target.device());
    const page = await this.send(() => this.target.decide(begun));
    this.expect(page, [200], 'decide');
    this.acknowledge('approval', { user_code: begun.user_code });
    this.begun = begun;
    const answer = this.expect(await this.send(() => this.target.poll(begun)), [200], 'poll');
    this.acknowledge('tokens', { refresh: answer.json.refresh_token, length: 0 });
    this.used.push(begun);
    this.begun = undefined;
  }

  async poll(begun) {
    for (;;) {
      const answer = this.expect(await this.send(() => this.target.poll(begun)), [200, 400], 'poll again');
      if (answer.status === 200 || answer.json.error !== 'slow_down') return answer;
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
  }

  async check() {
    if (this.begun) this.late.push({ begun: this.begun, polled: Date.now() });
    this.begun = undefined;
    const due = this.late.filter(({ polled }) => this.epoch.over || Date.now() - polled > 6000);
    this.late = this.late.filter((one) => !due.includes(one));
    for (const { begun } of due) {
      ++this.counts.checked;
      // It may be good once; when it was, it must not be good again.
      if ((await this.poll(begun)).status === 200 && (await this.poll(begun)).status === 200) this.trouble('duplicated', 'a device code');
    }
    for (const begun of this.used.slice(-1)) {
      ++this.counts.checked;
      if ((await this.poll(begun)).status === 200) this.trouble('duplicated', 'a used device code');
    }
    this.used = [];
  }
}

// Made at the page, shown once; revoked there.
export class ApiTokenLane extends Lane {
  tokens = []; // {label, token, state: 'good' | 'revoked' | 'open'}

  page() {
    return this.send(() => this.target.ada.get(`${this.target.lanyard.url}/account/tokens`, { headers: PAGE }));
  }

  async step() {
    const good = this.tokens.filter(({ state }) => state === 'good');
    if (good.length > 5) return this.revoke(good[0]);
    const page = await this.page();
    const form = page.forms.find((one) => new URL(one.action).pathname === '/account/tokens' && 'label' in one.fields);
    if (!form) throw new Error(`no form: ${page.status} ${page.text.slice(0, 300)}`);
    const label = this.fresh('token');
    const made = await this.send(() => this.target.ada.submit(form, { fields: { label, account: '1', days: '2' }, headers: PAGE }));
    const token = /lyt_[A-Za-z0-9_-]{49}/.exec(this.expect(made, [200], 'make').text)?.[0];
    if (!token) throw new Error(`no token: ${made.text.slice(0, 300)}`);
    this.acknowledge('api_token', { label });
    this.tokens.push({ label, token, state: 'good' });
    return undefined;
  }

  async revoke(one) {
    one.path ??= await this.pathOf(one);
    one.state = 'open';
    const page = await this.send(() => this.target.ada.get(`${this.target.lanyard.url}${one.path}`, { headers: PAGE }));
    const form = page.forms.find(({ action }) => action.endsWith('/revoke'));
    if (!form) throw new Error(`no form to revoke: ${page.status} ${page.text.slice(0, 300)}`);
    this.expect(await this.send(() => this.target.ada.submit(form, { headers: PAGE })), [200, 303], 'revoke');
    one.state = 'revoked';
    this.acknowledge('api_token_revoked', { label: one.label });
  }

  async pathOf({ label }) {
    const { text } = await this.page();
    const path = new RegExp(`${label}<[^]*?(/account/tokens/[A-Za-z0-9_-]+)`).exec(text)?.[1];
    if (!path) throw new Error(`${label} is not on the page`);
    return path;
  }

  async check() {
    for (const one of this.tokens) {
      ++this.counts.checked;
      const { status } = await this.send(() => this.target.office.visitor().get(`${this.target.lanyard.url}/api/v1/me`, {
        headers: { authorization: `Bearer ${one.token}` },
      }));
      if (one.state === 'good' && status !== 200) this.trouble('lost', `API token ${one.label}: ${status}`);
      if (one.state === 'revoked' && status !== 401) this.trouble('lost', `the end of API token ${one.label}: ${status}`);
      if (one.state === 'open') one.state = status === 200 ? 'good' : 'revoked';
    }
    this.tokens = this.tokens.filter(({ state }) => state !== 'revoked');
  }
}
