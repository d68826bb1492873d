// Workers take the module as a file of its own, compiled before the script runs.

import { setProvider } from '../wasm.js';
import module from './core.wasm?module';

setProvider(() => module);

export * from '../index.js';
export { default } from '../index.js';
