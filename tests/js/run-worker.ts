// The deployed Worker over the packed tarball in the local workerd: real Durable Object, D1, KV and limiter bindings, a
// provider on loopback that answers, fails and breaks off.

import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

import { runEach } from './edge/checks.js';
import { close, install } from './installed.js';
import { type Case, equal } from './suite.js';
import { borderCases } from './worker/border-cases.js';
import { cacheCases } from './worker/cache-cases.js';
import { callCases } from './worker/call-cases.js';
import type { Setting } from './worker/client.js';
import { startPlatform } from './worker/platform.js';
import { registryCases } from './worker/registry-cases.js';
import { setupCases } from './worker/setup-cases.js';
import { startUpstream } from './worker/upstream.js';

const { folder, remove } = install();
const upstream = await startUpstream();
try {
  await bundle();
  const setting = await start();
  const cases = [callCases, registryCases, cacheCases, borderCases].flatMap((make) => make(setting));
  try {
    close('worker', await runEach([...bundleCases(), ...(await setupCases()), ...cases]));
  } finally {
    await setting.platform.stop();
  }
} finally {
  await upstream.stop();
  remove();
}

/** What `wrangler deploy` would send, but for the wrapper of entry.ts. */
async function bundle(): Promise<void> {
  await build({
    entryPoints: { worker: resolve('tests/js/worker/entry.ts'), deployed: resolve('worker/src/index.ts') },
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:*'],
    plugins: [
      {
        name: 'installed',
        setup(bundler) {
          bundler.onResolve({ filter: /^ductape-models(\/|$)/ }, ({ path, pluginData, kind }) =>
            pluginData === 'again'
              ? undefined
              : bundler.resolve(path, { resolveDir: folder, pluginData: 'again', kind }),
          );
          // What a Workers toolchain does with `?module`: the file becomes a module of the Worker.
          bundler.onResolve({ filter: /\.wasm\?module$/ }, () => ({ path: './core.wasm', external: true }));
        },
      },
    ],
    logLevel: 'warning',
  });
  copyFileSync(join(folder, 'node_modules/ductape-models/dist/core.wasm'), join(folder, 'core.wasm'));
}

async function start(): Promise<Setting> {
  const dist = (name: string) => pathToFileURL(join(folder, 'node_modules/ductape-models/dist', name)).href;
  const { default: Ductape } = (await import(dist('index.js'))) as typeof import('ductape-models');
  const gateway = (await import(dist('gateway.js'))) as typeof import('ductape-models/gateway');
  const { generateAdminKey, tokenKeyOf } = await import(pathToFileURL(resolve('worker/dev/secrets.mjs')).href);
  const oldTokenKey = gateway.generateTokenKey();
  const secrets = {
    PRODUCT_KEY: Ductape.generateKey(),
    ADMIN_KEY: generateAdminKey() as string,
    TOKEN_KEY: `${gateway.generateTokenKey()},${oldTokenKey}`,
  };
  const platform = await startPlatform(folder, secrets);
  const { mintToken: mint } = gateway;
  return { platform, upstream, secrets, oldTokenKey, mint, derived: tokenKeyOf(secrets.ADMIN_KEY) };
}

function bundleCases(): Case[] {
  const text = () => readFileSync(join(folder, 'deployed.js'), 'utf8');
  return [
    {
      name: 'r65 what is deployed needs nothing of Node, and holds nothing of the demo',
      async run() {
        const imported = [...text().matchAll(/^import\b[^'"]*['"]([^'"]+)['"]/gm)].map(([, name]) => name);
        equal([...new Set(imported)].sort(), ['./core.wasm', 'cloudflare:workers']);
        equal(/\b(Buffer|process|require)\s*[.(]/.test(text()), false);
        equal(
          ['/api/storage', '/api/token', '/mock/', 'index.html'].filter((path) => text().includes(path)),
          [],
        );
      },
    },
    {
      name: 'r65 wrangler.jsonc asks for no compatibility flag and binds what the Worker reads',
      async run() {
        const config = JSON.parse(readFileSync('worker/wrangler.jsonc', 'utf8').replace(/^\s*\/\/.*$/gm, ''));
        equal([config.main, config.compatibility_flags, config.assets], ['src/index.ts', undefined, undefined]);
        // Node compatibility is the default from August 2026 on.
        equal(config.compatibility_date < '2026-08-04', true);
        equal(config.durable_objects.bindings, [{ name: 'STORE', class_name: 'ModelStore' }]);
        equal(config.migrations[0].new_sqlite_classes, ['ModelStore']);
        equal(config.ratelimits[0].name, 'RATE_LIMIT');
        const declared = readFileSync('worker/src/env.ts', 'utf8');
        const named = [...Object.keys(config.vars), 'STORE', 'RATE_LIMIT', ...config.secrets.required];
        equal(
          named.filter((name) => !new RegExp(`^ {2}${name}\\??:`, 'm').test(declared)),
          [],
        );
      },
    },
  ];
}
