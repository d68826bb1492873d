// Rollup finds nothing in node_modules by itself; this plugin is how everybody lets it.
import nodeResolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';

const bundle = await rollup({ input: 'print.mjs', plugins: [nodeResolve()] });
await bundle.write({ file: 'out/rollup.mjs', format: 'es' });
