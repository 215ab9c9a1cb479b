// The server dies at any moment while many write: nothing that it acknowledged is lost, nothing happens twice, the journal's
// chain is whole, and it is back within a second. A thousand kills: kills.mjs.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { killAgainAndAgain } from './support/killing.mjs';

for (const [database, kills] of Object.entries({ sqlite: 15, postgresql: 10 })) {
  test(`attack_158: kill -9 under load loses nothing and doubles nothing (${database}, ${kills} kills)`, async (t) => {
    const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000);
    const { troubles, ...figures } = await killAgainAndAgain(t, { database, kills, seed });
    t.diagnostic(JSON.stringify(figures));
    assert.deepEqual(troubles, [], `seed ${seed}`);
    assert.ok(figures.acknowledged > kills * 5, 'there was load');
    assert.ok(figures.startWorst < 5000, `a start took ${figures.startWorst} ms`);
  });
}
