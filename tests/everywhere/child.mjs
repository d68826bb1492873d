// The suite in one runtime, beside the installed package: started by the runner, says its tally in one line.
import * as library from 'ductape-models';
import * as sealing from 'ductape-models/sealing';
import data from './data.mjs';
import { everything, runAll } from './suite.mjs';

console.log(`TALLY ${JSON.stringify(await runAll(everything(library, sealing, data)))}`);
