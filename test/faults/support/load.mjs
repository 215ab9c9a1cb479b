// People who write one after the other, each as soon as the one before was answered, until end().

import { sleep } from '../../e2e/support/ending.mjs';

export function startLoad(site, count = 4) {
  const load = { kept: [], refused: [], over: false };
  const one = async () => {
    while (!load.over) {
      const answer = await site.write(undefined, { seconds: 30 }).catch((fault) => ({ status: fault.name, took: 30_000 }));
      (answer.status === 201 ? load.kept : load.refused).push({ ...answer, at: Date.now() });
      if (answer.status !== 201) await sleep(50);
    }
  };
  load.running = Array.from({ length: count }, one);
  load.end = async () => {
    load.over = true;
    await Promise.all(load.running);
  };
  return load;
}
