// Memberships of one group: accounts join, get another level, and leave.

import { Lane } from './lane.mjs';

const PEOPLE = 8;

export class GroupLane extends Lane {
  members = []; // {id, level?, wanted?, open}
  touched = new Set();

  async step() {
    if (!this.group) return this.found();
    const member = this.chance.one(this.members);
    const levels = ['can_read', 'can_manage', undefined].filter((level) => level !== member.level);
    Object.assign(member, { wanted: this.chance.one(levels), open: true });
    this.touched.add(member);
    const path = `/groups/${this.group}/members/account/${member.id}`;
    const { wanted } = member;
    if (wanted) this.expect(await this.api('PUT', path, { level: wanted }), [200], 'join');
    else this.expect(await this.api('DELETE', path), [204], 'leave');
    Object.assign(member, { level: wanted, open: false });
    this.acknowledge('member', { group: this.group, id: member.id, level: wanted ?? null });
    return undefined;
  }

  // A path and an address are known beforehand, so both may be sent again.
  async found() {
    this.path ??= this.fresh('group');
    while (this.members.length < PEOPLE) {
      this.email ??= `${this.fresh('member')}@example.net`;
      const made = this.expect(await this.api('POST', '/accounts', { email: this.email }), [201, 409], 'prepare');
      const id = made.status === 201 ? made.json.id : made.json.account;
      this.acknowledge('account', { id, email: this.email });
      this.members.push({ id });
      this.email = undefined;
    }
    const made = this.expect(await this.api('POST', '/groups', { path: this.path }), [201, 409], 'found');
    this.group = made.status === 201 ? made.json.id : made.json.group;
    this.acknowledge('group', { id: this.group, path: this.path });
  }

  async check() {
    if (!this.group) return;
    const { items } = this.expect(await this.api('GET', `/groups/${this.group}/members?limit=100`), [200, 404], 'look').json;
    if (!items) return this.trouble('lost', `group ${this.group}`);
    for (const member of this.members) {
      ++this.counts.checked;
      const rows = items.filter((one) => JSON.stringify(one).includes(member.id));
      if (rows.length > 1) this.trouble('duplicated', `member ${member.id} of ${this.group}`);
      const level = rows[0]?.level;
      if (level !== member.level && !(member.open && level === member.wanted)) {
        this.trouble('lost', `${member.id} is ${level}, was ${member.level}`);
      }
      Object.assign(member, { level, open: false });
    }
    return undefined;
  }
}
