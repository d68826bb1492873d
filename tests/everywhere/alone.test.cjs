// As CommonJS, the way Jest runs tests that nobody configured.
const library = require('ductape-models');
const { alone } = require('./out/alone.cjs');

test('the package works under a test runner', async () => {
  process.stdout.write(`TALLY ${JSON.stringify(await alone(library))}\n`);
});
