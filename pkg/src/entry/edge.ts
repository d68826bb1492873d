// Workers take the module as a file of its own, compiled before the script runs.
import module from './core.wasm?module';
import { setProvider } from '../wasm.js';

setProvider(() => module);
export * from '../index.js';
export { default } from '../index.js';
