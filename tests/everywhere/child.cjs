// The same through `require`.
const library = require('ductape-models');
const sealing = require('ductape-models/sealing');

(async () => {
  const { default: data } = await import('./data.mjs');
  const { everything, runAll } = await import('./suite.mjs');
  console.log(`TALLY ${JSON.stringify(await runAll(everything(library, sealing, data)))}`);
})();
