import { resolve } from 'node:path';
import webpack from 'webpack';

const output = { path: resolve('out'), filename: 'webpack.mjs', module: true, chunkFormat: 'module' };
const options = {
  mode: 'production',
  entry: './print.mjs',
  target: ['web', 'es2022'],
  experiments: { outputModule: true },
  output,
};
webpack(options, (error, stats) => {
  if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString('errors-only'));
});
