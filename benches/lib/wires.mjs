// Every wire, by its name.

import anthropic from './wires/anthropic.mjs';
import cohere from './wires/cohere.mjs';
import google from './wires/google.mjs';
import openai from './wires/openai.mjs';

export const WIRES = { anthropic, openai, google, cohere };

/** A key that opens nothing. */
export const KEY = 'sk-bench-0123456789abcdef';
