// A process that writes: several lanes against one server. It is told through its channel what to do and where the server
// stands, since there are secrets in that, and says there what it found.

import { join } from 'node:path';

import { takeOver } from '../../e2e/support/attacks.mjs';
import { Chance } from './chance.mjs';
import { GroupLane } from './group_lane.mjs';
import { RosterLane } from './roster_lane.mjs';
import { ApiTokenLane, ChainLane, DeviceLane } from './token_lanes.mjs';

const KINDS = { roster: RosterLane, group: GroupLane, chain: ChainLane, device: DeviceLane, api_token: ApiTokenLane };

// The lives of the server: a number for each start.
class Epoch {
  number = 0;
  over = false;
  waiting = [];
  lanes = [];

  // Until the server lives again.
  after(number) {
    if (this.number !== number || this.over) return undefined;
    return new Promise((resolve) => this.waiting.push(resolve));
  }
  move(number, over) {
    Object.assign(this, { number, over: over ?? this.over });
    for (const resolve of this.waiting.splice(0)) resolve();
  }
  // The last lane that verified this life tells the others' process.
  verified() {
    if (this.lanes.every(({ checked }) => checked === this.number)) process.send({ verified: this.number });
  }
}

const epoch = new Epoch();
process.on('message', ({ start, up, over }) => {
  if (start) void work(start);
  else epoch.move(up ?? epoch.number, over);
});

async function work({ target: given, lanes, seed, folder }) {
  const target = takeOver(given);
  epoch.lanes = lanes.map(({ kind, name }, index) => new KINDS[kind]({
    name, target, epoch, chance: new Chance(seed + index * 7919), file: join(folder, `${name}.jsonl`),
  }));
  let fault;
  // The first lane that does not understand an answer ends the process: it is a finding of its own.
  await Promise.all(epoch.lanes.map((lane) => lane.run())).catch((thrown) => (fault = thrown.stack));
  const sum = (name) => epoch.lanes.reduce((all, { counts }) => all + counts[name], 0);
  const counts = { acknowledged: sum('acknowledged'), unknown: sum('unknown'), checked: sum('checked') };
  process.send({ done: { counts, troubles: epoch.lanes.flatMap(({ troubles }) => troubles), fault } }, () => process.exit());
}
process.on('disconnect', () => process.exit());
process.on('unhandledRejection', (fault) => {
  process.send({ done: { counts: {}, troubles: [], fault: fault.stack } }, () => process.exit(1));
});
