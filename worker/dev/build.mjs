// Bundles the Worker, and the page with it. The Worker imports the package by its public name; esbuild follows the
// `workerd` condition.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';
import { buildPage } from '../../www/build.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Builds both and returns where they lie: `{worker: {script, wasm: [file]}, page: folder}`. */
export async function buildAll() {
  try {
    const [worker, page] = await Promise.all([buildWorker(join(ROOT, 'worker/dist')), buildPage()]);
    return { worker, page };
  } finally {
    // Its helper process would otherwise live as long as the server.
    await stop();
  }
}

async function buildWorker(folder) {
  await emptyFolder(folder);
  const wasm = [];
  await build({
    entryPoints: [join(ROOT, 'worker/src/demo/index.ts')],
    outfile: join(folder, 'index.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:*'],
    plugins: [wasmModules(folder, wasm)],
    logLevel: 'warning',
  });
  return { script: join(folder, 'index.js'), wasm };
}

// Workers may not compile wasm while they run, so the file travels as a module of its own.
function wasmModules(folder, wasm) {
  return {
    name: 'wasm-modules',
    setup(bundler) {
      bundler.onResolve({ filter: /\.wasm(\?module)?$/ }, async ({ path, resolveDir }) => {
        const source = resolve(resolveDir, path.replace(/\?module$/, ''));
        const target = join(folder, basename(source));
        await copyFile(source, target);
        wasm.push(target);
        return { path: `./${basename(source)}`, external: true };
      });
    },
  };
}

async function emptyFolder(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
