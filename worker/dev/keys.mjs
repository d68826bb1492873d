// The demo's keys: made once, each in a file that its owner alone can read.
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ductape from 'ductape-models';
import { generateSealingKey } from 'ductape-models/sealing';
import { generateAdminKey } from './secrets.mjs';

/**
 * @param {string} folder where they lie
 * @returns {Promise<{PRODUCT_KEY: string, ADMIN_KEY: string, SEALING_KEY: string, PUBLIC_KEY: string}>}
 */
export async function ensureKeys(folder) {
  const PRODUCT_KEY = await kept(join(folder, 'product-key'), () => Ductape.generateKey());
  const ADMIN_KEY = await kept(join(folder, 'admin-key'), generateAdminKey);
  const pair = JSON.parse(
    await kept(join(folder, 'sealing-key'), async () => JSON.stringify(await generateSealingKey())),
  );
  return { PRODUCT_KEY, ADMIN_KEY, SEALING_KEY: pair.privateKey, PUBLIC_KEY: pair.publicKey };
}

async function kept(file, make) {
  const stored = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (stored !== null) return stored.trim();
  const key = await make();
  await writeFile(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
  await chmod(file, 0o600);
  return key;
}
