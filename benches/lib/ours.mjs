// This package, as its users import it.

import Ductape from 'ductape-models';

import { KEY } from './wires.mjs';

const SETTINGS = { temperature: 0.7 };

/** A client, and how a call names its model: by tag from a store, or with its settings in hand. */
async function opened(wire, fetch, isStored) {
  const ductape = new Ductape({ product: 'shop', env: 'prd', ...(fetch && { fetch }) });
  const settings = wire.name === 'anthropic' ? { maxTokens: 1000 } : SETTINGS;
  if (!isStored) return { ductape, model: { ...wire.settings, ...settings, apiKey: KEY } };
  const envs = [{ slug: 'prd', apiKey: KEY }];
  await ductape.model.create({ tag: 'bench', name: 'Bench', ...wire.settings, ...settings, envs });
  return { ductape, model: 'bench' };
}

/** One answer's text. */
export async function ourCall(wire, fetch, { messages, tools }, isStored = true) {
  const { ductape, model } = await opened(wire, fetch, isStored);
  const given = { model, messages, ...(tools && { tools }) };
  return async () => (await ductape.generate(given)).text;
}

/** A stream's text. */
export async function ourStream(wire, fetch, { messages }) {
  const { ductape, model } = await opened(wire, fetch, true);
  return async () => {
    let all = '';
    for await (const text of ductape.stream({ model, messages }).textStream) all += text;
    return all;
  };
}

/** The arguments of the tool call that a stream brings. */
export async function ourFragments(wire, fetch, { messages, tools }) {
  const { ductape, model } = await opened(wire, fetch, true);
  return async () => {
    let input;
    for await (const part of ductape.stream({ model, messages, tools }))
      if (part.type === 'tool-call') input = part.input;
    return input;
  };
}

/** The object that a stream brings, as it comes. */
export async function ourObjects(wire, fetch, { messages }, schema) {
  const { ductape, model } = await opened(wire, fetch, true);
  return async () => {
    let value;
    for await (const item of ductape.stream({ model, messages, schema }).partialObjectStream) value = item;
    return value;
  };
}

/** Runs something while `fetch` is the runtime's own: how the transport is measured that asks for no option. */
export function asDefault(fetch) {
  return async (run) => {
    const own = globalThis.fetch;
    globalThis.fetch = fetch;
    try {
      return await run();
    } finally {
      globalThis.fetch = own;
    }
  };
}
