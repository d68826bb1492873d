// The development server serves modules one by one, and prepares packages in its own way.
import { createServer } from 'vite';
import { toldAt } from './tab.mjs';

const server = await createServer({
  configFile: false,
  root: 'vite',
  logLevel: 'warn',
  cacheDir: '../out/vite-cache',
  server: { host: '127.0.0.1', port: 0, hmr: false, fs: { allow: ['.'] } },
});
try {
  await server.listen();
  console.log(`TALLY ${JSON.stringify(await toldAt(server.resolvedUrls.local[0]))}`);
} finally {
  await server.close();
}
