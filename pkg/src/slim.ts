// For pages that fetch the module themselves: nothing inside, so `init` or `initSync` comes first.

import { compileError, guardCompile, setProvider } from './wasm.js';

export * from './index.js';
export { default } from './index.js';

/** The module's bytes, or a compiled `WebAssembly.Module`. */
export type ModuleSource = Uint8Array | ArrayBuffer | object;

/** Compiles `source` without blocking; a promise of bytes or of a module will do. */
export async function init(source: ModuleSource | Promise<ModuleSource>): Promise<void> {
  const given = await source;
  const bytes = bytesOf(given);
  try {
    const module = bytes ? await WebAssembly.compile(bytes) : (given as WebAssembly.Module);
    setProvider(() => module);
  } catch (error) {
    throw compileError(error);
  }
}

/** Compiles `source` at once. Browsers refuse more than 8 MB this way on a page's main thread. */
export function initSync(source: ModuleSource): void {
  const bytes = bytesOf(source);
  const module = guardCompile(() => (bytes ? new WebAssembly.Module(bytes) : (source as WebAssembly.Module)));
  setProvider(() => module);
}

function bytesOf(source: ModuleSource): Uint8Array<ArrayBuffer> | ArrayBuffer | undefined {
  return source instanceof ArrayBuffer || source instanceof Uint8Array
    ? (source as Uint8Array<ArrayBuffer>)
    : undefined;
}
