import { rolldown } from 'rolldown';

const bundle = await rolldown({ input: 'print.mjs', platform: 'browser' });
await bundle.write({ file: 'out/rolldown.mjs', minify: true });
