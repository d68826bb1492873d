// No redirect is followed, wherever it leads and whichever header carries the key: the other server never hears of us.

import { type Case, equal, type Library, type Servers } from './suite.js';

const CODES = [301, 302, 303, 307, 308];
const KEY = 'sk-canary-redirect-0123456789';

/** Where a redirect leads: to the server that sent it, to another one, to plain http on another one. */
const TARGETS = ['here', 'elsewhere', 'nowhere'];

/** A provider for each of the three headers. */
const PROVIDERS = [
  { provider: 'anthropic', model: 'claude-sonnet-4-5', header: 'x-api-key', more: { maxTokens: 5 } },
  { provider: 'google', model: 'gemini-2.5-flash', header: 'x-goog-api-key', more: {} },
  { provider: 'openai', model: 'gpt-4.1', header: 'authorization', more: {} },
] as const;

/** Every case: codes by headers by targets, whole and streamed. */
export function cases(library: Library, servers: Servers): Case[] {
  const { default: Ductape, DuctapeError } = library;
  const list: Case[] = [];
  const seen = async () => (await fetch(`${servers.odd}/caught`)).text();
  const code = async (work: Promise<unknown>) => {
    try {
      await work;
      return 'no error';
    } catch (error) {
      if (!DuctapeError.is(error)) return `foreign: ${error}`;
      if (`${error.message}${JSON.stringify(error.details)}`.includes('secret-path'))
        return 'it tells more than the origin';
      return error.code;
    }
  };
  for (const { provider, model, header, more } of PROVIDERS) {
    list.push({
      name: `r40 t08 no redirect takes ${header} along`,
      run: async () => {
        const ductape = new Ductape({ product: 'shop', env: 'dev', dangerouslyAllowBrowser: true });
        for (const status of CODES) {
          for (const target of TARGETS) {
            const baseUrl = `${servers.odd}/redirect/${status}/${target}`;
            const call = { model: { provider, model, baseUrl, apiKey: KEY }, prompt: 'x', modelConfig: more };
            equal([status, target, await code(ductape.generate(call))], [status, target, 'redirect_refused']);
            equal([status, target, await code(ductape.stream(call).result)], [status, target, 'redirect_refused']);
          }
        }
        equal(await seen(), '0');
      },
    });
  }
  return list;
}
