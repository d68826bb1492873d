// Inside workerd, by the Workers plugin of Vitest.
import * as library from 'ductape-models';
import { expect, test } from 'vitest';
import { alone } from '../alone.mjs';

test('the package works inside workerd', async () => {
  const tally = await alone(library);
  console.log(`TALLY ${JSON.stringify(tally)}`);
  expect(tally.failed).toEqual([]);
});
