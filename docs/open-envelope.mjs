// Opens a sealed API key with WebCrypto alone: docs/envelope.md as code. `keys` has the 32 bytes of product keys by their
// ids, `parts` are the six parts of the context. What it throws has the message that the published vectors expect.

const bytes = (text) => [...new TextEncoder().encode(text)];
const fail = (code) => {
  throw new Error(code);
};
const hmac = async (key, data) => [...new Uint8Array(await crypto.subtle.sign('HMAC', key, Uint8Array.from(data)))];

export async function openSealed(sealed, keys, parts) {
  if (/^lm(?!1\.)[1-9]\d*\./.test(sealed) && sealed.length <= 8192) fail('unsupported_version');
  const [, kind, id, b64] = /^lm1\.([kp])\.([a-z2-7]{10})\.([\w-]+)$/.exec(sealed) ?? fail('malformed_envelope');
  const body = Buffer.from(b64, 'base64url');
  if (sealed.length > 8192 || body.length < (kind === 'k' ? 74 : 106)) fail('malformed_envelope');
  if (body.toString('base64url') !== b64) fail('malformed_envelope');
  const product = (kind === 'k' && keys[id]) || fail('unknown_key'); // what is sealed to a public key takes HPKE
  const context = parts.flatMap((part) => [bytes(part).length >> 8, bytes(part).length & 255, ...bytes(part)]);
  const suite = bytes('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0');
  const info = [...suite, ...body.subarray(0, 24), ...bytes('llm-models/v1\0'), ...context];
  const master = await crypto.subtle.importKey('raw', product, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
  const first = await hmac(master, [...info, 1]);
  const okm = Uint8Array.from([...first, ...(await hmac(master, [...first, ...info, 2]))]);
  const difference = okm.subarray(44, 76).reduce((sum, byte, n) => sum | (byte ^ body[24 + n]), 0);
  if (difference !== 0) fail('tampered');
  const aes = await crypto.subtle.importKey('raw', okm.subarray(0, 32), 'AES-GCM', false, ['decrypt']);
  const gcm = { name: 'AES-GCM', iv: okm.subarray(32, 44) };
  const plain = await crypto.subtle.decrypt(gcm, aes, body.subarray(56)).catch(() => fail('tampered'));
  return /^\x01([!-~]{1,4096})$/.exec(Buffer.from(plain).toString('latin1'))?.[1] ?? fail('tampered');
}
