// What a page loads to make one call: minified, gzip at its best.

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { APPS, appsFolder, picked } from '../lib/apps.mjs';
import { forPages } from '../lib/bundle.mjs';

export const name = 'bundle';
export const title = 'Bundle for a page, gzip -9';
export const unit = 'kB';
export const cases = [''];

export async function rows(_case, { peersFlag }) {
  const rows = [];
  for (const [name, app] of picked(APPS, peersFlag)) {
    const bytes = await forPages(join(appsFolder(), `${app}.mjs`));
    const kB = gzipSync(bytes, { level: 9 }).length / 1000;
    rows.push({ name, median: kB, spread: 0, budget: name === 'ours' ? { most: 76, unit: 'kB' } : undefined });
  }
  return rows;
}
