// `npm start`: the demo page, the store and the mock provider on one loopback port. PORT overrides 8787.
import { startServer } from './dev/server.mjs';

const DEFAULT_PORT = 8787;

const wanted = readPort(process.env.PORT);
const server = await startServer({ port: wanted }).catch((error) => {
  process.stderr.write(`Could not start: ${error.message}\n`);
  process.exit(1);
});
const moved = server.port === wanted ? '' : ` (port ${wanted} is taken)`;
process.stdout.write(`Ready: ${server.url}${moved}. Ctrl-C ends it.\n`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    await server.stop();
    process.exit(0);
  });
}

const code = await server.ended;
if (!stopping) {
  process.stderr.write(`workerd ended by itself (exit code ${code}).\n`);
  await server.stop();
  process.exit(1);
}

function readPort(value) {
  if (value === undefined || value === '') return DEFAULT_PORT;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  process.stderr.write('PORT is a number from 1 to 65535.\n');
  process.exit(1);
}
