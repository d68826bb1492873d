// Opens a sealed API key with nothing but WebCrypto: the page docs/envelope.md as code. It agrees with every vector there.
// `keys` maps key ids to the product keys' 32 bytes; `parts` are the six parts of the context. Errors have the message
// that a vector expects.

const text = new TextEncoder();
const SUITE = text.encode('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0');
const join = (...pieces) => new Uint8Array(pieces.flatMap((piece) => [...piece]));
const fail = (code) => {
  throw new Error(code);
};

export async function openSealed(sealed, keys, parts) {
  if (/^lm(?!1\.)[1-9][0-9]*\./.test(sealed) && sealed.length <= 8192) fail('unsupported_version');
  const [, id, b64] = /^lm1\.k\.([a-z2-7]{10})\.([\w-]+)$/.exec(sealed) ?? fail('malformed_envelope');
  const body = Buffer.from(b64, 'base64url');
  const isCanonical = sealed.length <= 8192 && body.length >= 74 && body.toString('base64url') === b64;
  if (!isCanonical) fail('malformed_envelope');
  const lengths = parts.map((part) => [text.encode(part).length >> 8, text.encode(part).length & 255]);
  const context = join(text.encode('llm-models/v1\0'), ...parts.flatMap((part, n) => [lengths[n], text.encode(part)]));
  const raw = keys[id] ?? fail('unknown_key');
  const hmac = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
  const info = join(SUITE, body.subarray(0, 24), context);
  const first = new Uint8Array(await crypto.subtle.sign('HMAC', hmac, join(info, [1])));
  const second = new Uint8Array(await crypto.subtle.sign('HMAC', hmac, join(first, info, [2])));
  const okm = join(first, second.subarray(0, 12));
  // This reader's caller is its owner: anybody else compares in constant time.
  if (okm.subarray(44).some((byte, n) => byte !== body[24 + n])) fail('tampered');
  const aes = await crypto.subtle.importKey('raw', okm.subarray(0, 32), 'AES-GCM', false, ['decrypt']);
  const gcm = { name: 'AES-GCM', iv: okm.subarray(32, 44) };
  const plain = await crypto.subtle.decrypt(gcm, aes, body.subarray(56)).catch(() => fail('tampered'));
  return /^\x01([!-~]{1,4096})$/.exec(Buffer.from(plain).toString('latin1'))?.[1] ?? fail('tampered');
}
