import { build } from 'vite';

const output = { entryFileNames: 'vite.mjs' };
const options = { outDir: 'out', emptyOutDir: false, rollupOptions: { input: 'print.mjs', output } };
await build({ configFile: false, logLevel: 'warn', build: { ...options, target: 'es2022' } });
