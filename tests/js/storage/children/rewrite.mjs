/** A process that writes and deletes until it is killed, and prints each step that was acknowledged: `rewrite.mjs <folder> <from>`. */

import { writeSync } from 'node:fs';

import { fileStorage } from '../package-under-test.mjs';

const [folder, from] = process.argv.slice(2);
const storage = fileStorage({ folder, lockTimeoutMs: 200 });

for (let version = Number(from); ; version += 1) {
  await storage.put('lm1/kill/kept', `${version}:${String(version).repeat(5000)}:${version}`);
  await storage.put('lm1/kill/gone', 'soon deleted');
  await storage.delete('lm1/kill/gone');
  // Written at once: a buffered line would not survive the kill.
  writeSync(1, `${version}\n`);
}
