import { freePort, served } from './served.mjs';

const port = await freePort();
const url = `http://127.0.0.1:${port}/`;
const args = ['dev', '-c', 'worker/wrangler.jsonc', '--ip', '127.0.0.1', '--port', String(port), '--local'];
const answer = () => fetch(url).then((response) => response.text());
console.log(`TALLY ${await served(['node_modules/wrangler/bin/wrangler.js', ...args], url, answer)}`);
