// A server that is started as a program of its own, asked, and ended.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const LIMIT_MS = 120_000;

/** A port of loopback that is free now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Runs `work` while the program answers at `url`. */
export async function served(args, url, work) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', WRANGLER_SEND_METRICS: 'false', CI: '1' };
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const ended = new Promise((done) => child.once('close', done));
  try {
    for (let waited = 0; !(await answers(url)); waited += 250) {
      if (waited > LIMIT_MS || child.exitCode !== null) throw new Error(`no server at ${url}: ${output.slice(-3000)}`);
      await new Promise((done) => setTimeout(done, 250));
    }
    return await work();
  } finally {
    // The whole group: such programs start others.
    if (child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
}

async function answers(url) {
  return fetch(url, { signal: AbortSignal.timeout(30_000) }).then(
    (response) => response.body?.cancel().then(() => true),
    () => false,
  );
}
