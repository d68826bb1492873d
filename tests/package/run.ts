// The tarball as tools see it: publint, attw, a TypeScript consumer, and what must not occur in the published scripts.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { close, install } from '../js/installed.js';

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
  await vectors();
} finally {
  remove();
}
close('package', tally);

function consumers(): void {
  const source = readFileSync(resolve('tests/package/consumer.ts'), 'utf8');
  for (const name of ['consumer.mts', 'consumer.cts']) writeFileSync(join(folder, name), source);
  for (const lib of [['es2022'], ['es2022', 'dom', 'dom.iterable']]) {
    for (const [module, moduleResolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ]) {
      const options = { strict: true, noEmit: true, skipLibCheck: false, types: [], target: 'es2022' };
      const compilerOptions = { ...options, lib, module, moduleResolution };
      const include = module === 'nodenext' ? ['consumer.mts', 'consumer.cts'] : ['consumer.mts'];
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
      node(`tsc ${moduleResolution} ${lib.join('+')}`, 'typescript/bin/tsc', ['--project', '.'], folder);
    }
  }
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

/** Published AES-GCM vectors through the module that the tarball carries. The package exports no cipher, so this loads
 *  the build's own glue; it is the same module, byte for byte. */
async function vectors(): Promise<void> {
  const published = readFileSync(join(folder, 'node_modules/ductape-models/dist/core.wasm'));
  check(
    'the built module is the published one',
    published.equals(readFileSync('pkg/wasm/core.wasm')) ? undefined : 'it is not',
  );
  const file = resolve('../shared/fixtures/wycheproof/aes_gcm_test.json');
  if (!existsSync(file)) {
    process.stdout.write('package: no Wycheproof vectors at ../shared/fixtures; skipped\n');
    return;
  }
  const { instantiate } = await import(pathToFileURL(resolve('pkg/wasm/core.js')).href);
  const { Core } = instantiate(new WebAssembly.Module(published), queueMicrotask);
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
  let ran = 0;
  for (const group of JSON.parse(readFileSync(file, 'utf8')).testGroups) {
    if (group.keySize !== 256 || group.ivSize !== 96 || group.tagSize !== 128) continue;
    for (const { tcId, key, iv, aad, msg, ct, tag, result } of group.tests) {
      const opened = Core.aeadOpen(bytes(key), bytes(iv), bytes(aad), bytes(ct + tag));
      const right = result === 'invalid' ? opened === undefined : opened && Buffer.from(opened).toString('hex') === msg;
      check(`Wycheproof ${tcId}`, right ? undefined : `expected ${result}`);
      ran += 1;
    }
  }
  check('Wycheproof vectors ran', ran > 50 ? undefined : `only ${ran}`);
}
