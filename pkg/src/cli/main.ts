#!/usr/bin/env node
// `npx ductape-models`. Sets the exit code and lets the process end by itself, so that nothing printed is cut off.

import { run } from './run.js';

// Whoever reads may stop early, as `head` does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}
run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
