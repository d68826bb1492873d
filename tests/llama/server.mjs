// A real OpenAI-compatible server: llama.cpp's, built once from the sources inside the PyPI package llama-cpp-python, with a
// model of random weights. Everything is kept outside the repository. The first time takes about eleven minutes on two cores.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = '0.3.36';
const TOOLS = ['cmake==4.4.4', 'ninja==1.13.2', 'gguf==0.19.0', 'numpy', 'scikit-build-core==1.1.2'];
const OFF = [
  'BUILD_SHARED_LIBS',
  'GGML_LLAMAFILE',
  'GGML_NATIVE',
  'GGML_OPENMP',
  'LLAMA_BUILD_APP',
  'LLAMA_BUILD_EXAMPLES',
  'LLAMA_BUILD_TESTS',
  'LLAMA_BUILD_UI',
  'LLAMA_CURL',
  'LLAMA_OPENSSL',
  'LLAMA_USE_PREBUILT_UI',
];
const FLAGS = ['-DCMAKE_BUILD_TYPE=None', '-DCMAKE_C_FLAGS=-O1', '-DCMAKE_CXX_FLAGS=-O1', '-DLLAMA_BUILD_SERVER=ON'];

/** Starts the server with `key` as the only key it takes, and gives its address. */
export async function startLlama({ key }) {
  const { binary, model } = prepare();
  const port = await freePort();
  const flags = ['-m', model, '--host', '127.0.0.1', '--port', String(port), '-c', '512', '-np', '2', '--jinja'];
  const server = spawn(binary, [...flags, '--api-key', key], { stdio: ['ignore', 'ignore', 'ignore'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  await healthy(url, ended);
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
  };
  return { url, stop };
}

function prepare() {
  const cache = process.env.DUCTAPE_LLAMA_CACHE ?? join(homedir(), '.cache/ductape-models', `llama-${VERSION}`);
  const binary = join(cache, 'llama-server');
  const model = join(cache, 'tiny.gguf');
  if (!existsSync(binary)) build(cache, binary);
  if (!existsSync(model)) run(join(cache, 'venv/bin/python'), [join(process.cwd(), 'tests/llama/model.py'), model]);
  return { binary, model };
}

function build(cache, binary) {
  process.stdout.write('building llama.cpp once; this takes about eleven minutes on two cores\n');
  mkdirSync(cache, { recursive: true });
  const bin = join(cache, 'venv/bin');
  if (!existsSync(bin)) run('python3', ['-m', 'venv', join(cache, 'venv')]);
  run(join(bin, 'pip'), ['install', '--quiet', ...TOOLS]);
  const source = join(cache, `llama_cpp_python-${VERSION}`);
  if (!existsSync(source)) {
    const only = ['--no-binary', 'llama-cpp-python', '--no-deps', '--no-build-isolation'];
    run(join(bin, 'pip'), ['download', '--quiet', `llama-cpp-python==${VERSION}`, ...only, '-d', cache]);
    run('tar', ['-xzf', join(cache, `llama_cpp_python-${VERSION}.tar.gz`), '-C', cache]);
  }
  const out = join(cache, 'build');
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const options = [...FLAGS, ...OFF.map((name) => `-D${name}=OFF`)];
  run('cmake', ['-S', join(source, 'vendor/llama.cpp'), '-B', out, '-G', 'Ninja', ...options], env);
  run('ninja', ['-C', out, 'llama-server'], env);
  renameSync(join(out, 'bin/llama-server'), binary);
}

function run(command, args, env = process.env) {
  try {
    execFileSync(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(`${command} is missing: this test needs Python 3 with venv, tar and a C++ compiler`);
  }
}

async function healthy(url, ended) {
  for (let waited = 0; waited < 100; waited += 1) {
    const dead = await Promise.race([ended.then(() => true), new Promise((resolve) => setTimeout(resolve, 100, false))]);
    if (dead) throw new Error('llama-server ended at its start');
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error('llama-server was not ready within 10 seconds');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
