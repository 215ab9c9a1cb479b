// How long people wait at the gate who ask one question after the other.

import { strict as assert } from 'node:assert';

export async function honest(site, count = 200) {
  const times = [];
  for (let index = 0; index < count; ++index) {
    const began = performance.now();
    const { status, rule } = await site.gate();
    times.push(performance.now() - began);
    assert.equal(status, 200, rule);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(count * 0.5)], p99: times[Math.floor(count * 0.99)] };
}
