import Ductape, { DuctapeError } from 'ductape-models';
import { alone } from './alone.mjs';

console.log(`TALLY ${JSON.stringify(await alone({ default: Ductape, DuctapeError }))}`);
