// The tarball as tools see it: publint, attw, a TypeScript consumer, and what must not occur in the published scripts.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, gzipSync, inflateSync } from 'node:zlib';

import { close, install } from '../js/installed.js';
import { FAULTS, source } from './faults.js';

/** Most bytes of a page's bundle with all of the package, by gzip -9. It only ever goes down; the goal is 110,000. */
const MOST_GZIP = 358_000;

const VECTORS = resolve('../shared/fixtures/wycheproof');

interface VectorGroup {
  keySize?: number;
  ivSize?: number;
  tagSize?: number;
  tests: Record<string, string>[];
}

/** What the core shows to tests of its cipher alone. */
interface Cipher {
  aeadOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  messageKeys(key: Uint8Array, salt: Uint8Array, context: Uint8Array): Uint8Array | undefined;
}

const tarball = resolve(process.argv[2] ?? '');
const { folder, remove } = install();
const tally = { passed: 0, failed: [] as string[] };

const check = (name: string, problem: string | undefined) => {
  if (problem === undefined) tally.passed += 1;
  else tally.failed.push(`${name}: ${problem}`);
};

const node = (name: string, script: string, args: string[], cwd: string = process.cwd()) => {
  const run = spawnSync(process.execPath, [resolve('node_modules', script), ...args], { cwd, encoding: 'utf8' });
  check(name, run.status === 0 ? undefined : `${run.stdout}${run.stderr}`.trim().slice(-4000));
};

try {
  node('publint', 'publint/src/cli.js', ['run', tarball, '--strict']);
  node('attw', '@arethetypeswrong/cli/dist/index.js', [
    tarball,
    '--exclude-entrypoints',
    'core.wasm',
    '--profile',
    'node16',
  ]);
  consumers();
  scripts();
  files();
  weight();
  faults();
  await vectors();
} finally {
  remove();
}
close('package', tally);

function consumers(): void {
  const source = readFileSync(resolve('tests/package/consumer.ts'), 'utf8');
  for (const name of ['consumer.mts', 'consumer.cts']) writeFileSync(join(folder, name), source);
  for (const compiler of ['typescript', 'typescript5']) {
    for (const lib of [['es2022'], ['es2022', 'dom', 'dom.iterable']]) {
      for (const moduleResolution of ['nodenext', 'node16', 'bundler']) {
        const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
        const options = { strict: true, noEmit: true, skipLibCheck: false, types: [], target: 'es2022' };
        const compilerOptions = { ...options, lib, module, moduleResolution };
        const include = ['consumer.mts', 'consumer.cts'];
        writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
        node(`${compiler} ${moduleResolution} ${lib.join('+')}`, `${compiler}/bin/tsc`, ['--project', '.'], folder);
      }
    }
  }
}

/** What a page downloads, so that nobody makes it heavier without seeing it. */
function weight(): void {
  writeFileSync(join(folder, 'page.mjs'), "export * from 'ductape-models';\n");
  const args = ['--bundle', '--minify', '--format=esm', '--outfile=page.out.js', '--log-level=warning', 'page.mjs'];
  node('a page bundles', 'esbuild/bin/esbuild', args, folder);
  const { length } = gzipSync(readFileSync(join(folder, 'page.out.js')), { level: 9 });
  check('weight', length <= MOST_GZIP ? undefined : `${length} bytes of gzip are more than ${MOST_GZIP}`);
}

function scripts(): void {
  const dist = join(folder, 'node_modules/ductape-models/dist');
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?js$/.test(name));
  check('scripts are there', names.length >= 10 ? undefined : names.join());
  for (const name of names) {
    const text = readFileSync(join(dist, name), 'utf8');
    const found = ['import.meta', '\nawait ', '\nfor await', 'new Function(', 'eval('].filter((word) =>
      text.includes(word),
    );
    check(`nothing forbidden in ${name}`, found.length === 0 ? undefined : found.join());
  }
}

function files(): void {
  const manifest = JSON.parse(readFileSync(join(folder, 'node_modules/ductape-models/package.json'), 'utf8'));
  check('no dependencies', manifest.dependencies === undefined ? undefined : JSON.stringify(manifest.dependencies));
}

function faults(): void {
  cpSync(join(folder, 'node_modules/ductape-models'), join(folder, 'node_modules/second-copy'), { recursive: true });
  for (const fault of FAULTS) {
    const program = join(folder, 'fault.mjs');
    writeFileSync(program, source(fault));
    const args = [...(fault.flags ?? []), program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    check(fault.name, stdout.trim() === 'ok' ? undefined : `${stdout}${stderr}`.trim().slice(-2000));
  }
}

/** Published vectors through the module that the tarball carries. The package exports no cipher, so this loads the
 *  build's own glue; it is the same module, byte for byte. */
async function vectors(): Promise<void> {
  const published = readFileSync(join(folder, 'node_modules/ductape-models/dist/core.wasm'));
  check(
    'the built module is the published one',
    published.equals(readFileSync('pkg/wasm/core.wasm')) ? undefined : 'it is not',
  );
  if (!existsSync(VECTORS)) {
    process.stdout.write('package: no Wycheproof vectors beside this checkout; skipped\n');
    return;
  }
  const { instantiate } = await import(pathToFileURL(resolve('pkg/wasm/core.js')).href);
  const { Core } = instantiate(new WebAssembly.Module(published), queueMicrotask);
  cipherVectors(Core);
  constructionVectors(Core);
}

function cipherVectors(core: Cipher): void {
  const groups = readVectors('aes_gcm_test.json').filter(
    (group) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128,
  );
  const tests = groups.flatMap((group) => group.tests);
  check('AES-GCM vectors are there', tests.length === 66 ? undefined : `only ${tests.length}`);
  for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
    const opened = core.aeadOpen(bytes(key), bytes(iv), bytes(aad), bytes(`${ct}${tag}`));
    const right = result === 'invalid' ? opened === undefined : opened && Buffer.from(opened).toString('hex') === msg;
    check(`AES-GCM ${tcId}`, right ? undefined : `expected ${result}`);
  }
}

function constructionVectors(core: Cipher): void {
  const tests = readVectors('c2sp_chunked_encryption_aes_256_gcm_test.json').flatMap((group) => group.tests);
  check('chunked-encryption vectors are there', tests.length === 35 ? undefined : `only ${tests.length}`);
  for (const { tcId, key, ctx, ct, msgSha512, result } of tests) {
    const opened = openChunks(
      core,
      bytes(key),
      bytes(ctx),
      inflateSync(bytes(ct), { finishFlush: constants.Z_SYNC_FLUSH }),
    );
    const right =
      result === 'invalid'
        ? opened === undefined
        : opened && createHash('sha512').update(opened).digest('hex') === msgSha512;
    check(`chunked-encryption ${tcId}`, right ? undefined : `expected ${result}`);
  }
}

/** The walk over chunks, which the product never needs: a key fits one. Derivation and cipher are the product's. */
function openChunks(core: Cipher, key: Uint8Array, context: Uint8Array, message: Uint8Array): Uint8Array | undefined {
  const [saltEnd, headerEnd, step] = [24, 56, 16384 + 16];
  if (message.length < headerEnd) return undefined;
  const okm = core.messageKeys(key, message.slice(0, saltEnd), context);
  if (okm === undefined || Buffer.compare(okm.slice(44), message.slice(saltEnd, headerEnd)) !== 0) return undefined;
  const plain: Uint8Array[] = [];
  for (let at = headerEnd, chunk = 0; ; at += step, chunk += 1) {
    const nonce = okm.slice(32, 44);
    for (let place = 0; place < 4; place += 1)
      nonce[11 - place] = (nonce[11 - place] ?? 0) ^ ((chunk >>> (8 * place)) & 255);
    const sealed = message.slice(at, at + step);
    const opened = core.aeadOpen(okm.slice(0, 32), nonce, new Uint8Array(), sealed);
    if (opened === undefined) return undefined;
    plain.push(opened);
    if (sealed.length < step) return at + sealed.length === message.length ? Buffer.concat(plain) : undefined;
  }
}

function readVectors(name: string): VectorGroup[] {
  return JSON.parse(readFileSync(join(VECTORS, name), 'utf8')).testGroups;
}

function bytes(hex: string | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from(hex ?? '', 'hex'));
}
