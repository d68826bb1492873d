// What the platform brings, named without what a browser, Node or Workers would have to declare.

/** A global class's instance type where the program declares that class, else `Fallback`. */
type InstanceOf<Name extends string, Fallback> = typeof globalThis extends {
  [K in Name]: { prototype: infer Instance };
}
  ? Instance
  : Fallback;

/** The platform's `AbortSignal`. */
export type Signal = InstanceOf<
  'AbortSignal',
  {
    readonly aborted: boolean;
    addEventListener(type: 'abort', listener: () => void): void;
    removeEventListener(type: 'abort', listener: () => void): void;
  }
>;

/** The platform's `ReadableStream`. */
export type WebStream = InstanceOf<'ReadableStream', object>;

/** The platform's `CryptoKey`. */
export type WebCryptoKey = InstanceOf<'CryptoKey', { readonly type: string; readonly extractable: boolean }>;

/** What `fetch` is called with. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
  redirect: 'manual';
  signal: Signal;
  credentials?: 'omit';
  referrerPolicy?: 'no-referrer';
}

/** A `fetch` of the caller's: a service binding, a proxy, a test. It must not follow redirects. */
export type Fetch = (url: string, init: FetchInit) => Promise<{ readonly status: number }>;
