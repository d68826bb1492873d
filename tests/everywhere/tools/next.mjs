// What `next build` made, served: the package in a route of the server, and in a component of the page.
import { freePort, served } from './served.mjs';
import { toldAt } from './tab.mjs';

const port = await freePort();
const url = `http://127.0.0.1:${port}/`;
const args = ['node_modules/next/dist/bin/next', 'start', 'next', '-H', '127.0.0.1', '-p', String(port)];
const tallies = await served(args, url, async () => [
  await fetch(`${url}api/alone`).then((response) => response.json()),
  await toldAt(url),
]);
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
console.log(`TALLY ${JSON.stringify({ passed, failed: tallies.flatMap(({ failed }) => failed) })}`);
