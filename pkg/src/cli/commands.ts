// Every command, in the order of help.

import type { Command } from './call.js';
import { KEYS } from './keys.js';
import { READING } from './models-read.js';
import { WRITING } from './models-write.js';

/** All of them. */
export const COMMANDS: readonly Command[] = [...READING, ...WRITING, ...KEYS];
