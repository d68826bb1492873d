// The process of work/allocation.mjs: `node allocation-main.mjs CASE ROUNDS PEERS`. Says its rows as JSON.

import { counted } from '../work/allocation.mjs';
import { refuseNetwork } from './canned.mjs';
import { chosenPeers } from './peers.mjs';

refuseNetwork();
const [caseName, rounds, peersFlag] = process.argv.slice(2);
const { peers } = await chosenPeers(peersFlag);
process.stdout.write(JSON.stringify(await counted(caseName, peers, Number(rounds))), () => process.exit(0));
