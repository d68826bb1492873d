// The module travels inside the script: no file to find, no request to make.
import { moduleBytes } from '../inline.js';
import { compile, setProvider } from '../wasm.js';

setProvider(() => new WebAssembly.Module(moduleBytes()));
// Workers compile while a script loads and never later; this entry reaches them through tools that ignore `workerd`.
if ((globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === 'Cloudflare-Workers') compile();

export * from '../index.js';
export { default } from '../index.js';
