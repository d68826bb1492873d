// The public types of the gateway: how it is configured, what a token says, what is told of a request.

import type { Ductape } from '../client.js';
import type { ErrorCode, Signal } from '../types.js';

/** A global class's instance type where the program declares that class, else `Fallback`. */
type InstanceOf<Name extends string, Fallback> = typeof globalThis extends {
  [K in Name]: { prototype: infer Instance };
}
  ? Instance
  : Fallback;

/** The platform's `Request`. */
export type WebRequest = InstanceOf<
  'Request',
  {
    readonly method: string;
    readonly url: string;
    readonly headers: WebHeaders;
    readonly body: object | null;
    readonly signal: Signal;
  }
>;

/** The part of a request's headers that is read. */
export interface WebHeaders {
  get(name: string): string | null;
  forEach(each: (value: string, name: string) => void): void;
}

/** The platform's `Response`. */
export type WebResponse = InstanceOf<'Response', object>;

/** The secret that signs tokens: the `lmtk1.` text of `generateTokenKey`, or at least 32 bytes. */
export type TokenKey = string | Uint8Array;

/** What a token may do. */
export interface TokenClaims {
  /** The token's own id, for a list of revoked ones and for logs. */
  id: string;
  /** The product of everything that it does. */
  product: string;
  /** The environment of everything that it does. */
  env: string;
  /** Tags of the models that it may call; `*` stands for any text. Absent: all. */
  models?: string[];
  /** Tags of the agents that it may run; `*` stands for any text. Absent: none. */
  agents?: string[];
  /** Bounds on what it asks for. */
  limits?: TokenLimits;
  /** Whom it was given to. */
  subject?: string;
  /** When it was made, in seconds since 1970. */
  iat: number;
  /** When it ends, in seconds since 1970. */
  exp: number;
}

/** Bounds on what a token asks for. */
export interface TokenLimits {
  /** The most tokens of one answer; a larger wish, and a larger setting of the model, become this. */
  maxTokens?: number;
}

/** What `mintToken` is given. */
export interface MintOptions {
  key: TokenKey;
  product: string;
  env: string;
  /** Tags of models; `*` stands for any text. Default: all. */
  models?: readonly string[];
  /** Tags of agents; `*` stands for any text. Default: none. */
  agents?: readonly string[];
  /** How long it lasts, 1 to 86400 seconds. Default 600. */
  expiresInSeconds?: number;
  limits?: TokenLimits;
  /** Whom it is for: shown as `subject`, at most 256 characters. */
  subject?: string;
}

/** Whether a token was revoked. */
export type Revoked = (id: string, claims: TokenClaims) => boolean | Promise<boolean>;

/** What `verifyToken` is given: `key`, or `keys` where they are being changed. */
export interface VerifyOptions {
  key?: TokenKey;
  keys?: readonly TokenKey[];
  /** The time in milliseconds since 1970. Default: the clock's. */
  now?: number;
  revoked?: Revoked;
}

/** An admin key that is good for one product. */
export interface ProductAdminKey {
  /** At least 32 characters. */
  key: string;
  product: string;
}

/** Who is let in. */
export interface GatewayAuth {
  /** Signs tokens; with `others`, tokens of earlier keys are taken, too. */
  tokenKey: TokenKey | { primary: TokenKey; others?: readonly TokenKey[] };
  /** At least 32 characters, or one key per product. Without it there are no admin routes. */
  adminKey?: string | readonly ProductAdminKey[];
  /** Asked for every request with a token. Where it throws, the request is refused. */
  revoked?: Revoked;
}

/** Bounds on requests. */
export interface GatewayLimits {
  /** The longest body, in bytes. Default 4 MiB. */
  bodyBytes?: number;
  /** The longest that a body may take to arrive, in milliseconds. Default 30000. */
  bodyMs?: number;
  /** All names and values of headers together, in bytes. Default 16384. */
  headerBytes?: number;
  /** Requests at a time in this process; streams count until they end. Default: no bound. */
  concurrent?: number;
}

/** What is told of a request once it is over: nothing that was said in it, and no key. */
export interface RequestLine {
  /** When it came, in milliseconds since 1970. */
  time: number;
  /** The id that the answer carries as `x-request-id`. */
  requestId: string;
  /** Method and pattern, such as `POST /v1/chat/completions`; `other` for what is no route. */
  route: string;
  status: number;
  /** The error's code, also of one that broke a stream. */
  code?: ErrorCode;
  tokenId?: string;
  product?: string;
  env?: string;
  /** The model's or the agent's tag. */
  tag?: string;
  durationMs: number;
  inputTokens?: number;
  outputTokens?: number;
}

/** How a gateway is set up. */
export interface GatewayOptions {
  /** Calls the providers. Runs stored agents, their tools with the handlers that this client has. */
  ductape: Ductape;
  auth: GatewayAuth;
  /** The product of the admin routes. Default: the request's `?product=`, else the client's. */
  product?: string;
  /** Pages of other origins that may call with a token: exact origins, or `*`. Default: none. */
  cors?: { origins: readonly string[] };
  limits?: GatewayLimits;
  /** Asked for every request with a token, after it was checked. `false` is answered with 429. */
  rateLimit?: (claims: TokenClaims) => Promise<{ success: boolean }>;
  /** Told of every request once it is over. What it throws is passed over. */
  onRequest?: (line: RequestLine) => void;
}

/** What of a platform's execution context is used. */
export interface GatewayContext {
  waitUntil(promise: Promise<unknown>): void;
}

/** A gateway: hand it requests. */
export interface Gateway<Env> {
  /** Answers a request. It never rejects: every failure is an answer in OpenAI's shape. */
  fetch(request: WebRequest, env: Env, ctx?: GatewayContext): Promise<WebResponse>;
}
