// A Worker; `test` is what the local runtime calls.
import * as library from 'ductape-models';
import { alone } from '../alone.mjs';

export default {
  fetch: async () => Response.json(await alone(library)),
  test: async () => console.log(`TALLY ${JSON.stringify(await alone(library))}`),
};
