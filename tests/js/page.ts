// Pages of the documentation as programs: their samples in a row, compiled and run in the folder where the tarball is
// installed.

import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Puts one of this repository's packages beside the tarball's. */
export function link(folder: string, name: string): void {
  const target = join(folder, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(resolve('node_modules', name), target, 'junction');
}

/** The samples of a page as one program, its imports first. */
export function program(text: string): string {
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  const imports = blocks.flatMap((block) => block.match(/^import .*$/gm) ?? []);
  const body = blocks.map((block) => block.replace(/^import .*\n/gm, ''));
  return [...new Set(imports), ...body].join('\n');
}

/** Pages name the vendor's real host; here every request goes to the mock, or nowhere. */
export function onlyTo(mock: string): string {
  return `const toNetwork = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const url = request.url.replace('https://api.openai.com', ${JSON.stringify(mock)});
  if (!url.startsWith('http://127.0.0.1:')) throw new Error('a sample would have left this machine');
  return toNetwork(new Request(url, request));
};`;
}

/** Checks the types of a program. Declarations of other packages are not ours to check; ours are checked by `package`. */
export async function compile(folder: string, name: string, source: string): Promise<void> {
  writeFileSync(join(folder, `${name}.ts`), source);
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
    module: 'nodenext',
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  await node(folder, [resolve('node_modules/typescript/bin/tsc'), '--project', '.']);
}

/** Runs Node in the folder; returns what it printed. */
export async function node(folder: string, args: string[]): Promise<string> {
  const env = { ...process.env, OPENAI_API_KEY: 'sk-sample-00000000000013' };
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 60_000, env })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}${stderr}`.trim().slice(-3000));
  }
}
