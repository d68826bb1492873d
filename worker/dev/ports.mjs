// Finds a loopback port that nobody listens on.
import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** The first free port of `wanted`, `wanted + 1`, ...; 0 asks the system for any. */
export async function freePort(wanted, tries = 20) {
  for (let port = wanted; port < wanted + tries && port < 65_536; port += 1) {
    const found = await probe(port);
    if (found !== null) return found;
  }
  throw new Error(`Ports ${wanted} to ${wanted + tries - 1} are all taken; set PORT to a free one.`);
}

function probe(port) {
  const { promise, resolve, reject } = deferred();
  const server = createServer();
  server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
  server.listen({ port, host: HOST, exclusive: true }, () => {
    const bound = server.address().port;
    server.close(() => resolve(bound));
  });
  return promise;
}

function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
