import { resolve } from 'node:path';
import { rspack } from '@rspack/core';

const output = { path: resolve('out'), filename: 'rspack.mjs', module: true, chunkFormat: 'module' };
const options = {
  mode: 'production',
  entry: './print.mjs',
  target: ['web', 'es2022'],
  experiments: { outputModule: true },
  output,
};
rspack(options, (error, stats) => {
  if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString('errors-only'));
});
