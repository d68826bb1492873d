// The folder of a run: the pinned tools of this folder's package.json and the packed tarball, as a user would install them.
// Tools stay in target/everywhere between runs.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SOURCE = resolve('tests/everywhere');
const FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** Installs what is missing; answers with the folder. */
export function installed(tarball: string): string {
  const folder = resolve('target/everywhere');
  mkdirSync(folder, { recursive: true });
  const wanted = readFileSync(join(SOURCE, 'package.json'), 'utf8');
  const mark = join(folder, 'tools.json');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    process.stdout.write('everywhere: installing the runtimes and tools, about a gigabyte\n');
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
    writeFileSync(join(folder, 'package.json'), wanted);
    npm(folder, ['install', ...FLAGS]);
    writeFileSync(mark, wanted);
  }
  for (const name of readdirSync(SOURCE).filter((name) => /\.[cm]js$|^(next|tools|vite|worker)$/.test(name)))
    cpSync(join(SOURCE, name), join(folder, name), { recursive: true });
  // The same version with other contents: npm would keep the old ones.
  rmSync(join(folder, 'node_modules/ductape-models'), { recursive: true, force: true });
  npm(folder, ['install', '--no-save', ...FLAGS, resolve(tarball)]);
  return folder;
}

function npm(folder: string, args: string[]): void {
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}
