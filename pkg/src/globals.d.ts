// What every supported runtime has and the language's own library does not declare. Nothing here is published.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: ArrayBufferView | ArrayBuffer);
  }
  class RuntimeError extends Error {}
  class CompileError extends Error {}
  function compile(bytes: ArrayBufferView | ArrayBuffer): Promise<Module>;
}

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, bytes: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(): void;
}

declare class URL {
  constructor(text: string, base?: string);
  readonly href: string;
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly hostname: string;
  readonly origin: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
  readonly searchParams: { get(name: string): string | null };
}

declare class Response {
  constructor(body: string | ReadableStream | null, init: { status: number; headers: Record<string, string> });
}

declare const crypto: {
  randomUUID(): string;
  readonly subtle: {
    sign(algorithm: 'HMAC', key: CryptoKey, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
    verify(
      algorithm: 'HMAC',
      key: CryptoKey,
      signature: Uint8Array<ArrayBuffer>,
      data: Uint8Array<ArrayBuffer>,
    ): Promise<boolean>;
    importKey(
      format: 'raw',
      bytes: Uint8Array<ArrayBuffer>,
      algorithm: { readonly name: 'HMAC'; readonly hash: 'SHA-256' },
      extractable: boolean,
      usages: readonly string[],
    ): Promise<CryptoKey>;
  };
};
declare const fetch: unknown;

interface StreamController<T> {
  enqueue(item: T): void;
  close(): void;
  error(reason: unknown): void;
}

declare class ReadableStream<T = unknown> {
  constructor(
    source: { pull?(controller: StreamController<T>): Promise<void> | void; cancel?(): Promise<void> | void },
    strategy?: { highWaterMark: number },
  );
}

interface ReadableStreamDefaultReader {
  read(): Promise<{ done: boolean; value?: Uint8Array }>;
  cancel(): Promise<void>;
}

interface CryptoKey {
  readonly type: string;
  readonly extractable: boolean;
  readonly algorithm: object;
  readonly usages: readonly string[];
}

declare function queueMicrotask(run: () => void): void;
declare function setTimeout(run: () => void, ms: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function btoa(binary: string): string;
declare function atob(base64: string): string;

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
