// Bundles the Worker and the page. Both import the package by its public name: for the Worker esbuild follows the
// `workerd` condition, for the page the built package is copied beside it and imported as it was published.
import { copyFile, cp, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PACKAGE = 'ductape-models';
const PAGE_FILES = ['index.html', 'style.css'];

/** Builds both and returns where they lie: `{worker: {script, wasm: [file]}, page: folder}`. */
export async function buildAll() {
  try {
    const [worker, page] = await Promise.all([
      buildWorker(join(ROOT, 'worker/dist')),
      buildPage(join(ROOT, 'www/dist')),
    ]);
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

async function buildPage(folder) {
  await emptyFolder(folder);
  await Promise.all(PAGE_FILES.map((name) => copyFile(join(ROOT, 'www', name), join(folder, name))));
  const published = await copyPackage(join(folder, PACKAGE));
  await build({
    entryPoints: [join(ROOT, 'www/main.ts')],
    outfile: join(folder, 'main.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    plugins: [besidePage(published)],
    logLevel: 'warning',
  });
  return folder;
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

// A page has no package resolver, and an inline import map would need a hole in the content security policy.
function besidePage(published) {
  return {
    name: 'beside-page',
    setup(bundler) {
      bundler.onResolve({ filter: new RegExp(`^${PACKAGE}(/|$)`) }, ({ path }) => {
        if (!published.has(path)) return { errors: [{ text: `${path} is not among the files copied for the page` }] };
        return { path: published.get(path), external: true };
      });
    },
  };
}

/** Copies the scripts of the built package; returns specifier -> address relative to the page. */
async function copyPackage(folder) {
  const source = dirname(fileURLToPath(import.meta.resolve(PACKAGE)));
  const entry = basename(fileURLToPath(import.meta.resolve(PACKAGE)));
  await mkdir(folder, { recursive: true });
  for (const item of await readdir(source, { withFileTypes: true })) {
    const isScript = item.isDirectory() || item.name.endsWith('.js');
    if (isScript) await cp(join(source, item.name), join(folder, item.name), { recursive: true });
  }
  return new Map([
    [PACKAGE, `./${PACKAGE}/${entry}`],
    [`${PACKAGE}/storage/http`, `./${PACKAGE}/storage/http.js`],
  ]);
}

async function emptyFolder(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
