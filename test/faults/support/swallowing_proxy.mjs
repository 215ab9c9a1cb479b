// A TCP proxy between two programs that can swallow: connections stay open, new ones are taken, and no byte passes.

import { connect, createServer } from 'node:net';

import { atEnd } from '../../e2e/support/ending.mjs';

export async function startSwallowingProxy(t, port) {
  const pairs = new Set();
  const proxy = { swallows: false };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const pair = [near, far];
    pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', (part) => proxy.swallows || to.write(part));
      from.on('error', () => {});
      from.on('close', () => {
        pairs.delete(pair);
        if (!proxy.swallows) to.destroy();
      });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.port = server.address().port;
  // What was swallowed is gone, so these connections are dead; nobody tells their ends.
  proxy.swallow = () => (proxy.swallows = true);
  proxy.pass = () => {
    for (const pair of pairs) pair.forEach((socket) => socket.removeAllListeners('data').resume());
    proxy.swallows = false;
  };
  atEnd(t, () => {
    for (const pair of pairs) pair.forEach((socket) => socket.destroy());
    server.close();
  });
  return proxy;
}
