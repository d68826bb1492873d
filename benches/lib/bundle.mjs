// Programs as one file, for pages and for Workers.

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(fileURLToPath(new URL('../../package.json', import.meta.url)));
const common = { bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, logLevel: 'error' };

/** A program for a page: everything it imports, minified. */
export async function forPages(entry) {
  const { build } = require('esbuild');
  const { outputFiles } = await build({ ...common, entryPoints: [entry], platform: 'browser', external: ['node:*'] });
  return outputFiles[0].contents;
}

/** A Worker of its own text, which may import programs from `folder`; WebAssembly stays a file beside it. */
export async function forWorkers(text, folder) {
  const { build } = require('esbuild');
  const { outputFiles } = await build({
    ...common,
    stdin: { contents: text, resolveDir: resolve(folder), sourcefile: 'worker.mjs' },
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    plugins: [{ name: 'wasm-module', setup: outside }],
  });
  return outputFiles[0].contents;
}

function outside(bundler) {
  bundler.onResolve({ filter: /\.wasm\?module$/ }, () => ({ path: './core.wasm', external: true }));
}
