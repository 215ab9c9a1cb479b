// The server dies at any moment while one code is redeemed again and again: there is one token set at most, and what was
// answered is kept.

import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';

import { assertRefused, atOnce, SCOPE, startTarget } from './support/attacks.mjs';
import { sleep } from './support/ending.mjs';

const KILLS = { sqlite: 40, postgresql: 10 };

for (const [database, kills] of Object.entries(KILLS)) {
  const target = await startTarget({ after }, { database });
  const { lanyard } = target;
  const kill = async () => {
    await lanyard.program.stop('SIGKILL');
    await lanyard.start();
  };

  test(`attack_059: a kill between consume and answer never gives two token sets (${database}, ${kills} kills)`, async (t) => {
    let answered = 0;
    for (let round = 0; round < kills; ++round) {
      const given = await target.code('web', { scope: SCOPE });
      const during = atOnce(6, async (index) => {
        await sleep(index);
        return target.redeem(given).catch(() => undefined); // the connection died
      });
      await sleep(Math.random() * 40);
      await kill();
      const before = (await during).filter((answer) => answer?.status === 200);
      const later = await target.redeem(given);
      const sets = [...before, later].filter(({ status }) => status === 200);
      assert.ok(sets.length <= 1, `round ${round}: ${sets.length} token sets`);
      if (before.length === 1) {
        ++answered;
        // Who used the code again has ended what it led to, and that outlived the kill as well.
        assertRefused(later);
        assertRefused(await target.refresh('web', before[0].json.refresh_token));
      }
    }
    t.diagnostic(`${answered} of ${kills} were answered before the kill`);
    const intact = await lanyard.run('journal', 'verify');
    assert.equal(intact.code, 0, intact.stdout + intact.stderr);
  });
}
