// A temporary project with the packed tarball installed, as a user would have it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Installs the tarball that the command line names. */
export function install(): { folder: string; remove(): void } {
  const tarball = process.argv[2];
  if (tarball === undefined) throw new Error('the tarball is missing: run this through cargo xtask test');
  const folder = mkdtempSync(join(tmpdir(), 'ductape-models-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--offline', '--loglevel=error'];
  execFileSync('npm', ['install', tarball, ...flags], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The closing line of a run; a failure sets the exit code. */
export function close(name: string, tally: { passed: number; failed: string[] }): void {
  for (const failure of tally.failed) process.stdout.write(`  not ok: ${failure}\n`);
  process.stdout.write(`${name}: ${tally.passed} passed, ${tally.failed.length} failed\n`);
  if (tally.failed.length > 0 || tally.passed === 0) process.exitCode = 1;
}
