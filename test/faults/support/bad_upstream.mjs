// What a server outside may do instead of answering: handlers for TestProvider.intercept(), which write to its socket.

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const BODY = '{"keys":[],"issuer":"http://127.0.0.1"}';
const MB = 1 << 20;

// `seen`: what happened to the person. down: it did not answer; wrong: it answered, and not well. slow: only the time limit ends it.
export const FAULTS = {
  silence: { seen: 'down', slow: true, answer: () => {} },
  'a head, then silence': { seen: 'down', slow: true, answer: (socket) => socket.write(`${HEAD}Content-Length: 100\r\n\r\n`) },
  'a byte a second': {
    seen: 'down',
    slow: true,
    answer: (socket) => {
      const drip = setInterval(() => socket.write(' '), 1000);
      socket.on('close', () => clearInterval(drip)).write(`${HEAD}Content-Length: 1000\r\n\r\n`);
    },
  },
  'a length that is too long': { seen: 'wrong', answer: (socket) => socket.end(`${HEAD}Content-Length: ${BODY.length + 50}\r\n\r\n${BODY}`) },
  'a length that is too short': { seen: 'wrong', answer: (socket) => socket.end(`${HEAD}Content-Length: ${BODY.length - 10}\r\n\r\n${BODY}`) },
  'chunks without an end': {
    seen: 'wrong',
    answer: (socket) => {
      const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
      const more = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', more).write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
      more();
    },
  },
  'ten megabytes': { seen: 'wrong', answer: (socket) => socket.end(`${HEAD}Content-Length: ${10 * MB}\r\n\r\n${' '.repeat(10 * MB)}`) },
  'an end in the middle': { seen: 'wrong', answer: (socket) => socket.write(`${HEAD}Content-Length: 1000\r\n\r\n${BODY}`, () => socket.destroy()) },
  'an end before anything': { seen: 'down', answer: (socket) => socket.destroy() },
  nonsense: { seen: 'wrong', answer: (socket) => socket.end('\x16\x03\x01\x02\x00garbage\r\n\r\n') },
};

// Does that at one path until the returned function is called.
export function misbehave(provider, path, fault) {
  const stop = provider.intercept(path, ({ socket }) => {
    socket.on('error', () => {});
    FAULTS[fault].answer(socket);
  });
  return () => {
    stop();
    provider.server?.closeAllConnections(); // whoever hangs is let go
  };
}
