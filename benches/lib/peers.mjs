// The peers of every wire, loaded once and only when a workload asks for them.

import { anthropicPeers } from './peers/anthropic.mjs';
import { coherePeers } from './peers/cohere.mjs';
import { googlePeers } from './peers/google.mjs';
import { openaiPeers } from './peers/openai.mjs';

const MAKERS = { anthropic: anthropicPeers, openai: openaiPeers, google: googlePeers, cohere: coherePeers };

/** Answers for each wire with its peers; with none where `load`, which imports an installed package, is absent. */
export function peerLoader(load) {
  const loaded = new Map();
  return async (wire) => {
    if (load === undefined) return [];
    if (!loaded.has(wire)) loaded.set(wire, MAKERS[wire](load));
    return loaded.get(wire);
  };
}
