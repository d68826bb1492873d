// The small programs of benches/apps: each calls one package as its users do. They are measured as wholes: what they weigh,
// how soon they answer, what they cost in workerd. Copied beside the installed packages, so that imports find those.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { FOLDER } from './install.mjs';

const SOURCE = resolve(dirname(fileURLToPath(import.meta.url)), '../apps');

/** By the name that tables give them; those of ours need nothing installed. */
export const APPS = {
  hand: 'hand-openai',
  ours: 'ours-openai',
  openai: 'openai',
  '@anthropic-ai/sdk': 'anthropic',
  '@google/genai': 'google',
  'cohere-ai': 'cohere',
  "the four vendors'": 'all-vendors',
  '@ai-sdk/openai': 'ai-sdk-openai',
  'ai with @ai-sdk/openai': 'ai-openai',
  'ai with four providers': 'ai-all',
  '@langchain/openai': 'langchain-openai',
  '@langchain/anthropic': 'langchain-anthropic',
  'langchain, three providers': 'langchain-all',
};

/** The programs that decode a stream, by wire. */
export const STREAMING_APPS = {
  anthropic: {
    hand: 'hand-anthropic',
    ours: 'ours-anthropic',
    '@anthropic-ai/sdk': 'anthropic',
    '@ai-sdk/anthropic': 'ai-sdk-anthropic',
    'ai with @ai-sdk/anthropic': 'ai-anthropic',
    '@langchain/anthropic': 'langchain-anthropic',
  },
  openai: {
    hand: 'hand-openai',
    ours: 'ours-openai',
    openai: 'openai',
    '@ai-sdk/openai': 'ai-sdk-openai',
    'ai with @ai-sdk/openai': 'ai-openai',
    '@langchain/openai': 'langchain-openai',
  },
};

/** The programs that `--peers` leaves. */
export function picked(apps, peersFlag) {
  const isOwn = (name) => name === 'hand' || name === 'ours';
  return Object.entries(apps).filter(
    ([name]) => isOwn(name) || (peersFlag !== 'none' && name.includes(peersFlag ?? '')),
  );
}

/** The folder with the copies, made once a process. */
export function appsFolder() {
  copied ??= copy();
  return copied;
}

let copied;

function copy() {
  const folder = join(FOLDER, 'apps');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(SOURCE, folder, { recursive: true });
  return folder;
}
