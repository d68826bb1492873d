// Starts what the demo needs on loopback: the mock provider in this process and workerd as its one child.
// `npm start` and the browser test share it. Ends only what it started.
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LLMock } from '@copilotkit/aimock';
import workerd from 'workerd';
import { buildAll } from './build.mjs';
import { workerdConfig } from './config.mjs';
import { ensureKeys } from './keys.mjs';
import { freePort } from './ports.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const STOP_GRACE_MS = 3000;

/**
 * @param {{port?: number, folder?: string}} options `folder` holds the store and the keys
 * @returns {Promise<{url: string, port: number, mock: LLMock, ended: Promise<number | null>, stop(): Promise<void>}>}
 */
export async function startServer({ port: wanted = 0, folder = join(ROOT, '.ductape') } = {}) {
  const state = join(folder, 'state');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const [built, keys, port] = await Promise.all([buildAll(), ensureKeys(folder), freePort(wanted)]);
  const mock = await startMock();
  const config = join(folder, 'workerd.capnp');
  const mockAddress = new URL(mock.url).host;
  const { worker, page } = built;
  await writeFile(
    config,
    workerdConfig({ folder, port, mockAddress, ...worker, page, state, keys: Object.keys(keys) }),
  );
  const child = spawnWorkerd(config, keys);
  const ended = new Promise((onEnd) => child.once('exit', (code) => onEnd(code)));
  let stopped;
  const stop = () => (stopped ??= stopAll(child, ended, mock));
  try {
    await listening(child, ended);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, port, mock, ended, stop };
}

async function startMock() {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  mock.loadFixtureDir(join(ROOT, 'worker/mock'));
  await mock.start();
  return mock;
}

function spawnWorkerd(config, keys) {
  return spawn(workerd.default, ['serve', '--control-fd=3', config], {
    // Its own group, so that Ctrl-C reaches this process alone and the order of ending is ours.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: keys,
  });
}

/** Resolves when workerd reports its socket. */
function listening(child, ended) {
  const ready = new Promise((onReady, onError) => {
    child.once('error', onError);
    let report = '';
    child.stdio[3].on('data', (chunk) => {
      report += chunk;
      if (report.includes('"listen"')) onReady();
    });
  });
  const early = ended.then((code) => {
    throw new Error(`workerd ended before it listened (exit code ${code}).`);
  });
  return Promise.race([ready, early]);
}

async function stopAll(child, ended, mock) {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    await ended;
    clearTimeout(timer);
  }
  await mock.stop();
}
