// Every command, in the order of help.

import type { Command } from './call.js';
import { audit, diff, promote } from './compare.js';
import { KEYS } from './keys.js';
import { explain, history, list, resolve, showOne, usages, verify } from './models-read.js';
import { create, remove, rollback, rotate, update } from './models-write.js';
import { apply, plan } from './plan.js';
import { exportAll, importAll } from './transfer.js';

/** All of them. */
export const COMMANDS: readonly Command[] = [
  list,
  showOne,
  create,
  update,
  rotate,
  remove,
  verify,
  resolve,
  explain,
  history,
  rollback,
  usages,
  plan,
  apply,
  audit,
  diff,
  promote,
  exportAll,
  importAll,
  ...KEYS,
];
