/** A process that increments one counter by compare-and-set: `increment.mjs <folder> <key> <times>`. */

import { fileStorage } from '../package-under-test.mjs';

const [folder, key, times] = process.argv.slice(2);
const storage = fileStorage({ folder });

for (let done = 0; done < Number(times); ) {
  const { value, etag } = await storage.get(key);
  const answer = await storage.put(key, String(Number(value) + 1), { ifMatch: etag });
  if (!('conflict' in answer)) done += 1;
}
