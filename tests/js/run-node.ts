// The suite on this Node, through import and through require.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { close, install } from './installed.js';
import { startServers } from './servers.js';
import { cases, type Library, runAll } from './suite.js';

const servers = await startServers();
const { folder, remove } = install();
try {
  const require = createRequire(join(folder, 'index.js'));
  const esm = (name: string) => import(pathToFileURL(join(folder, 'node_modules/ductape-models/dist', name)).href);
  const cjs =
    require('ductape-models/package.json') && require(join(folder, 'node_modules/ductape-models/dist/index.cjs'));
  close('node-esm', await runAll(cases((await esm('index.js')) as Library, servers)));
  close('node-cjs', await runAll(cases(cjs as Library, servers)));
} finally {
  remove();
  await servers.stop();
}
