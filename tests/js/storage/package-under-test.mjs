/**
 * The package by its public names. `DUCTAPE_MODELS_BASE` may name a folder with `storage/*.js` and `testing/index.js` instead,
 * so that the suite runs over a bundle without an installed package.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const base = process.env.DUCTAPE_MODELS_BASE;
const load = (name, file) => import(base ? pathToFileURL(join(base, file)).href : `ductape-models/${name}`);

export const { memoryStorage } = await load('storage/memory', 'storage/memory.js');
export const { fromCallback, isStorageCallback } = await load('storage/callback', 'storage/callback.js');
export const { fileStorage } = await load('storage/file', 'storage/file.js');
export const { storageCases, testStorage } = await load('testing', 'testing/index.js');
