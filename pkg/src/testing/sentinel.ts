/** Looks at everything that passes between a client and its store, and finds a secret in it in any of its forms. */

import type { Storage } from '../storage/types.js';

/** One call to a store, before it is made. */
export interface Call {
  readonly operation: 'get' | 'put' | 'delete' | 'list';
  readonly args: readonly unknown[];
}

/** The same store; `see` is shown every call first and may throw in its place. */
export function watched(store: Storage, see: (call: Call) => unknown): Storage {
  return around(store, async (call, run) => {
    see(call);
    return run();
  });
}

/** The same store with every call handed to `wrap`, which decides whether it is made and what is answered. */
export function around(store: Storage, wrap: (call: Call, run: () => Promise<unknown>) => Promise<unknown>): Storage {
  const wrapped =
    (operation: Call['operation']) =>
    (...args: readonly unknown[]): Promise<never> => {
      const method = store[operation] as unknown as (...args: readonly unknown[]) => unknown;
      return wrap({ operation, args }, async () => method.apply(store, [...args])) as Promise<never>;
    };
  return {
    capabilities: store.capabilities,
    get: wrapped('get'),
    put: wrapped('put'),
    delete: wrapped('delete'),
    list: wrapped('list'),
  };
}

/** The form in which `secret` can be read in `seen`; `undefined` where it cannot. */
export function leaks(seen: readonly unknown[], secret: string): string | undefined {
  const text = seen.map(printed).join('\n');
  const found = Object.entries(formsOf(secret)).find(([, form]) => text.includes(form));
  return found?.[0];
}

function formsOf(secret: string): Record<string, string> {
  const hex = Array.from(secret, (letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  // Without what depends on the neighbours: the first and the last quantum.
  const base64 = ['', 'x', 'xx'].map((before) => btoa(before + secret).slice(4, -4));
  return {
    plain: secret,
    reversed: Array.from(secret).reverse().join(''),
    'as hex': hex,
    'as upper-case hex': hex.toUpperCase(),
    'as base64': base64[0] ?? '',
    'as base64 one off': base64[1] ?? '',
    'as base64 two off': base64[2] ?? '',
  };
}

function printed(value: unknown): string {
  if (!(value instanceof Error)) return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return [value.message, value.stack, JSON.stringify({ ...value }), printed(value.cause ?? '')].join('\n');
}
