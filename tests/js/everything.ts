// Every suite of the package in one list, for runners of any runtime.

import { cases as agentCases } from './agents.js';
import { cases as eventCases } from './events.js';
import { cases as objectCases } from './objects.js';
import { cases as operationCases } from './operations.js';
import { cases as redirectCases } from './redirects.js';
import { type Printers, type Sealing, cases as sealingCases } from './sealing.js';
import { type Published, cases as vectorCases } from './sealing-vectors.js';
import { cases as secretCases } from './secrets.js';
import { type Case, cases, type Library, type Servers } from './suite.js';
import { cases as vaultCases } from './vault.js';

/** What a runner on Node reads from files for the suites, as plain data. */
export interface Given {
  servers: Servers;
  /** Every code that an error can have. */
  codes: readonly string[];
  vectors: Published;
}

/** Every case. The list must be made before any case runs: one of them watches the module's memory from its start. */
export function everything(library: Library, sealing: Sealing, given: Given, printers: Printers = {}): Case[] {
  const { servers, codes, vectors } = given;
  return [
    ...cases(library, servers),
    ...redirectCases(library, servers),
    ...agentCases(library),
    ...eventCases(library, servers),
    ...objectCases(library),
    ...operationCases(library, servers),
    ...sealingCases(library, sealing, printers),
    ...vectorCases(vectors),
    ...vaultCases(library, sealing, servers),
    ...secretCases(library, sealing, servers, codes, printers),
  ];
}
