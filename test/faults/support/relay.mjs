// Passes connections on: node relay.mjs 127.0.0.1:9000 10.1.0.20:9000 – what listens on loopback elsewhere is on loopback here.

import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const place = (text) => ({ host: text.split(':')[0], port: Number(text.split(':')[1]) });

export function relay(from, to) {
  const server = createServer((inside) => {
    const outside = connect(place(to));
    const end = () => [inside, outside].forEach((one) => one.destroy());
    for (const one of [inside, outside]) one.on('error', end).on('close', end);
    inside.pipe(outside).pipe(inside);
  });
  return new Promise((resolve, reject) => server.once('error', reject).listen(place(from), () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await relay(...process.argv.slice(2));
  console.log('ready');
}
