// Asks the gate of one machine, from that machine, about one token sixteen times a second, and says when it asked, when it was
// answered, and what it heard: node gate_watcher.mjs http://10.1.0.21:8080, with the token in TOKEN.

import { Client } from '../../e2e/support/http.mjs';
import { sleep } from '../../e2e/support/ending.mjs';

const [, , url] = process.argv;
const headers = { 'x-original-uri': '/', authorization: `Bearer ${process.env.TOKEN}` };
for (;;) {
  const from = Date.now();
  const answer = await new Client().get(`${url}/gate/check/wiki`, { headers }).catch(() => undefined);
  console.log(`${from} ${Date.now()} ${answer?.status ?? 0} ${answer?.headers['x-lanyard-rule'] ?? '-'}`);
  await sleep(60);
}
