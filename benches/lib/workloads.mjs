// Every workload, in the order in which they are run.

import * as smallCall from '../work/small-call.mjs';
import * as stream from '../work/stream.mjs';

export const workloads = [smallCall, stream];
