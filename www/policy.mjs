// What the page may do, as a content security policy: once in the page itself, for servers that send no headers, and once
// for those that read a _headers file.

/** Providers that a page can call directly, after the person agreed. */
export const PROVIDER_ORIGINS = [
  'https://api.anthropic.com',
  'https://api.openai.com',
  'https://generativelanguage.googleapis.com',
  'https://api.cohere.com',
];

/** The policy for a `<meta>` element. A page cannot forbid its own framing there. */
export function metaPolicy(connect = []) {
  const reachable = ["'self'", ...PROVIDER_ORIGINS, ...connect].join(' ');
  return [
    "default-src 'none'",
    // Compiling wasm is allowed, evaluating text is not.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    `connect-src ${reachable}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** The same for hosts that read `_headers`, with what only a header can say. */
export function headersFile(connect = []) {
  return `/*
  Content-Security-Policy: ${metaPolicy(connect)}; frame-ancestors 'none'
  Cross-Origin-Opener-Policy: same-origin
  Cross-Origin-Resource-Policy: same-origin
  Referrer-Policy: no-referrer
  X-Content-Type-Options: nosniff
  Permissions-Policy: camera=(), geolocation=(), microphone=()
`;
}
