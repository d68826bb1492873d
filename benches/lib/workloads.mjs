// Every workload, in the order in which they are run.

import * as allocation from '../work/allocation.mjs';
import * as bigCall from '../work/big-call.mjs';
import * as bundle from '../work/bundle.mjs';
import * as coldNode from '../work/cold-node.mjs';
import * as coldWorkerd from '../work/cold-workerd.mjs';
import * as history from '../work/history.mjs';
import * as partialObjects from '../work/partial-objects.mjs';
import * as sealOpen from '../work/seal-open.mjs';
import * as smallCall from '../work/small-call.mjs';
import * as stream from '../work/stream.mjs';
import * as streamWorkerd from '../work/stream-workerd.mjs';
import * as toolArguments from '../work/tool-arguments.mjs';

export const workloads = [
  smallCall,
  stream,
  bigCall,
  history,
  toolArguments,
  partialObjects,
  allocation,
  coldNode,
  coldWorkerd,
  streamWorkerd,
  bundle,
  sealOpen,
];
