// The peers of every wire, loaded once and only when a workload asks for them.

import { installedLoad } from './install.mjs';
import { anthropicPeers } from './peers/anthropic.mjs';
import { coherePeers } from './peers/cohere.mjs';
import { googlePeers } from './peers/google.mjs';
import { openaiPeers } from './peers/openai.mjs';

const MAKERS = { anthropic: anthropicPeers, openai: openaiPeers, google: googlePeers, cohere: coherePeers };

/** Answers for each wire with its peers; with none where `load`, which imports an installed package, is absent. */
function peerLoader(load) {
  const loaded = new Map();
  return async (wire) => {
    if (load === undefined) return [];
    if (!loaded.has(wire)) loaded.set(wire, MAKERS[wire](load));
    return loaded.get(wire);
  };
}

/** The peers that `--peers` leaves, and what imports packages of theirs. */
export async function chosenPeers(flag) {
  const load = flag === 'none' ? undefined : await installedLoad();
  const all = peerLoader(load);
  return { load, peers: async (wire) => (await all(wire)).filter(({ name }) => name.includes(flag ?? '')) };
}
