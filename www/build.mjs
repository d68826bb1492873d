// Builds the page as a folder of static files that works under any path: `node www/build.mjs [folder]`, default www/dist.
// The package is copied beside the page and imported as it was published. CONNECT names further origins, with spaces
// between, that the page may call: a provider of your own, a local model.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { headersFile, metaPolicy } from './policy.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGE = 'ductape-models';
/** Entry points of the package that the page imports, with their files beside the page. */
const ENTRIES = ['', '/sealing', '/storage/http', '/storage/indexeddb'];
const TARGET = 'es2022';
// esbuild would rewrite it for browsers that the package does not run in anyway.
const CSS_TARGET = ['chrome123', 'firefox120', 'safari17.5'];

/** Returns the folder. */
export async function buildPage(folder = join(HERE, 'dist')) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const connect = (process.env.CONNECT ?? '').split(' ').filter((origin) => origin !== '');
  const published = await copyPackage(join(folder, PACKAGE));
  await Promise.all([
    writePage(folder, connect),
    writeFile(join(folder, '_headers'), headersFile(connect)),
    bundle(folder, published),
  ]);
  return folder;
}

async function writePage(folder, connect) {
  const page = await readFile(join(HERE, 'index.html'), 'utf8');
  const meta = `<meta charset="utf-8" />\n    <meta http-equiv="content-security-policy" content="${metaPolicy(connect)}" />`;
  await writeFile(join(folder, 'index.html'), page.replace('<meta charset="utf-8" />', meta));
}

async function bundle(folder, published) {
  const shared = { bundle: true, logLevel: 'warning' };
  await build({
    ...shared,
    entryPoints: [join(HERE, 'main.ts')],
    outfile: join(folder, 'main.js'),
    format: 'esm',
    target: TARGET,
    plugins: [besidePage(published)],
  });
  await build({
    ...shared,
    entryPoints: [join(HERE, 'css/style.css')],
    outfile: join(folder, 'style.css'),
    target: CSS_TARGET,
  });
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

/** Copies the built package's scripts that pages need; returns specifier -> address relative to the page. */
async function copyPackage(folder) {
  const fileOf = (entry) => fileURLToPath(import.meta.resolve(`${PACKAGE}${entry}`));
  const source = dirname(fileOf(''));
  const entries = ENTRIES.map((entry) => [`${PACKAGE}${entry}`, relative(source, fileOf(entry)).replaceAll('\\', '/')]);
  const shared = (await readdir(source)).filter((name) => /^chunk-.*\.js$/.test(name));
  await mkdir(join(folder, 'storage'), { recursive: true });
  const names = [...shared, ...entries.map(([, file]) => file)];
  await Promise.all(names.map((name) => copyFile(join(source, name), join(folder, name))));
  return new Map(entries.map(([specifier, file]) => [specifier, `./${PACKAGE}/${file}`]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await buildPage(process.argv[2] && resolve(process.argv[2]));
  process.stdout.write(`The page is in ${folder}: put the folder on any web server.\n`);
}
