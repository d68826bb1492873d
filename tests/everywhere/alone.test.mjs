// Under a test runner whose `test` is global.
import * as library from 'ductape-models';
import { alone } from './alone.mjs';

test('the package works under a test runner', async () => {
  console.log(`TALLY ${JSON.stringify(await alone(library))}`);
});
