// Writes every vector of this folder with nothing but Node's own crypto: an implementation of docs/envelope.md that
// shares no code with the library, so that the vectors check it instead of repeating it. Run: node tests/vectors/seal/make.mjs
import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { readdirSync, unlinkSync, writeFileSync } from 'node:fs'

const here = new URL('./', import.meta.url)
const b64u = (bytes) => Buffer.from(bytes).toString('base64url')
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest()

// --- the format, step by step, each step replaceable so that a vector can get one of them wrong

function expand(prk, info, { hash = 'sha512' } = {}) {
  let okm = Buffer.alloc(0)
  let block = Buffer.alloc(0)
  for (let n = 1; okm.length < 76; n++) {
    block = createHmac(hash, prk).update(Buffer.concat([block, info, Buffer.from([n])])).digest()
    okm = Buffer.concat([okm, block])
  }
  return okm.subarray(0, 76)
}

const SUITE = 'c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'

function derive(master, salt, context, { suite = SUITE, hash } = {}) {
  const okm = expand(master, Buffer.concat([Buffer.from(suite), salt, context]), { hash })
  return { key: okm.subarray(0, 32), nonce: okm.subarray(32, 44), commitment: okm.subarray(44) }
}

function gcm(key, nonce, plaintext, aad = Buffer.alloc(0)) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function contextBytes(parts) {
  const framed = parts.map((part) => {
    const bytes = Buffer.from(part)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    return Buffer.concat([length, bytes])
  })
  return Buffer.concat([Buffer.from('llm-models/v1\0'), ...framed])
}

function base32(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.match(/.{5}/g).map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five, 2)]).join('')
}

const keyId = (master) => base32(expand(master, Buffer.from('llm-models/subkey/v1\0kid'))).slice(0, 10)
const printed = (master) => `lmk1.${b64u(master)}.${sha256('llm-models/key-checksum/v1', master).toString('hex').slice(0, 8)}`
const plain = (apiKey) => Buffer.concat([Buffer.from([1]), Buffer.from(apiKey)])
const text = (message, kid = keyId(A)) => `lm1.k.${kid}.${b64u(message)}`
const flip = (bytes, index, mask) => bytes.map((byte, i) => (i === index ? byte ^ mask : byte))

function message({ master = A, salt = SALT, context = CONTEXT, plaintext = plain(API_KEY), ...wrong } = {}) {
  const keys = derive(master, salt, context, wrong)
  return Buffer.concat([salt, keys.commitment, gcm(keys.key, keys.nonce, plaintext)])
}

// --- what the vectors have in common: test keys, made from words, worth nothing

const A = sha256('test product key A')
const B = sha256('test product key B')
const C = sha256('test product key C')
const SALT = sha256('test salt').subarray(0, 24)
const API_KEY = 'test-api-key-0123456789'
const PARTS = ['api-key', 'shop', 'writer', 'prd', 'openai', 'provider-default']
const CONTEXT = contextBytes(PARTS)
const GOOD = message()

const files = new Map()
function vector(name, expect, comment, envelope, { parts = PARTS, keys = [A], ...more } = {}) {
  const lines = [`comment: ${comment}`, ...keys.map((key) => `product key: ${printed(key)}`), `context: ${JSON.stringify(parts)}`]
  for (const [field, value] of Object.entries(more)) lines.push(`${field}: ${value}`)
  if (files.has(name)) throw new Error(`two vectors named ${name}`)
  files.set(name, [...lines, `expect: ${expect}`, '', envelope, ''].join('\n'))
}

// --- opens

function opens(name, comment, { apiKey = API_KEY, salt = SALT, parts = PARTS, keys = [A] } = {}) {
  const envelope = text(message({ salt, context: contextBytes(parts), plaintext: plain(apiKey) }))
  vector(`opens-${name}`, 'opens', comment, envelope, { parts, keys, salt: salt.toString('hex'), 'api key': apiKey })
}
opens('plain', 'an ordinary key of an ordinary model')
opens('one-character', 'the shortest key', { apiKey: 'k' })
opens('two-characters', 'the last base64 group holds three bytes', { apiKey: 'ke' })
opens('three-characters', 'the last base64 group holds one byte', { apiKey: 'key' })
opens('4096-characters', 'the longest key', { apiKey: 'k'.repeat(4096) })
opens('every-character', 'every character that a key may have', { apiKey: String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 33 + i)) })
opens('salt-zeros', 'a salt is any 24 bytes', { salt: Buffer.alloc(24) })
opens('salt-ones', 'a salt is any 24 bytes', { salt: Buffer.alloc(24, 255) })
opens('base-url', 'the last part is an origin', { parts: [...PARTS.slice(0, 4), 'custom', 'https://llm.example:8443'] })
opens('unicode', 'lengths count UTF-8 bytes', { parts: ['api-key', 'café', '模型', '🚀', 'openai', 'provider-default'] })
opens('long-part', 'a length above 255 uses both bytes', { parts: ['api-key', 'shop', 'w'.repeat(300), 'prd', 'openai', 'provider-default'] })
opens('empty-parts', 'an empty part is its length', { parts: ['', '', ''] })
opens('no-parts', 'no part leaves the label', { parts: [] })
opens('second-key', 'the ring holds the key as its second', { keys: [B, A] })

// --- unknown_key

vector('unknown-key-other-ring', 'unknown_key', 'the ring has another key', text(GOOD), { keys: [B], 'key id': keyId(A) })
vector('unknown-key-larger-ring', 'unknown_key', 'none of the keys is tried', text(GOOD), { keys: [B, C], 'key id': keyId(A) })
const near = keyId(A).slice(0, 9) + (keyId(A).endsWith('a') ? 'b' : 'a')
vector('unknown-key-last-character', 'unknown_key', 'ids are compared whole', text(GOOD, near), { 'key id': near })

const sealed = (kid) => `lm1.p.${kid}.${b64u(Buffer.concat([sha256('an encapsulated secret'), GOOD]))}`
vector('unknown-key-public-key', 'unknown_key', 'sealed to a public key whose private half is not in the ring', sealed(keyId(C)), { 'key id': keyId(C) })
vector('unknown-key-public-key-of-product-key', 'unknown_key', 'a product key opens nothing that was sealed to a public key', sealed(keyId(A)), { 'key id': keyId(A) })

// --- tampered: bits

const spots = { 'salt-first': 0, 'salt-last': 23, 'commitment-first': 24, 'commitment-last': 55, 'type-byte': 56, 'ciphertext-last': GOOD.length - 17, 'auth-tag-first': GOOD.length - 16, 'auth-tag-last': GOOD.length - 1 }
for (const [spot, index] of Object.entries(spots)) {
  vector(`tampered-bit-${spot}`, 'tampered', `one bit flipped: ${spot}`, text(flip(GOOD, index, spot.endsWith('last') ? 1 : 128)))
}

// --- tampered: bytes

const tampered = (name, comment, bytes, more) => vector(`tampered-${name}`, 'tampered', comment, text(bytes), more)
const [salt, commitment, body] = [GOOD.subarray(0, 24), GOOD.subarray(24, 56), GOOD.subarray(56)]
tampered('cut-last-byte', 'the last byte is missing', GOOD.subarray(0, -1))
tampered('cut-first-byte', 'the first byte is missing', GOOD.subarray(1))
tampered('cut-auth-tag', 'the tag is missing', GOOD.subarray(0, -16))
const LONG = message({ plaintext: plain('k'.repeat(60)) })
tampered('cut-commitment', 'the commitment is missing', Buffer.concat([LONG.subarray(0, 24), LONG.subarray(56)]))
tampered('byte-appended', 'one byte too many', Buffer.concat([GOOD, Buffer.alloc(1)]))
tampered('byte-inserted', 'one byte too many, before the ciphertext', Buffer.concat([salt, commitment, Buffer.alloc(1), body]))
tampered('reversed', 'the bytes backwards', Buffer.from(GOOD).reverse())
tampered('zeros', 'nothing but zeros', Buffer.alloc(GOOD.length))
tampered('case-swapped', 'another text in capitals', Buffer.from(b64u(GOOD).replace(/[a-z]/gi, (c) => (c > 'Z' ? c.toUpperCase() : c.toLowerCase())), 'base64url'))
tampered('salt-of-other', 'the salt of another envelope', Buffer.concat([sha256('another salt').subarray(0, 24), GOOD.subarray(24)]))
tampered('longest-body', 'a body as long as the text allows', Buffer.alloc(6131))
tampered('shortest-body', 'a body as short as the grammar allows', GOOD.subarray(0, 74))
tampered('twice', 'the message follows itself', Buffer.concat([GOOD, GOOD]))
tampered('commitment-zero', 'no commitment', Buffer.concat([salt, Buffer.alloc(32), body]))
tampered('commitment-of-other-key', 'the commitment of another product key', Buffer.concat([salt, derive(B, SALT, CONTEXT).commitment, body]), { keys: [A, B] })
tampered('auth-tag-zero', 'a tag of zeros', Buffer.concat([GOOD.subarray(0, -16), Buffer.alloc(16)]))
tampered('auth-tag-in-front', 'the tag before the ciphertext', Buffer.concat([salt, commitment, body.subarray(-16), body.subarray(0, -16)]))
tampered('commitment-in-front', 'the commitment before the salt', Buffer.concat([commitment, salt, body]))
tampered('parts-of-two', 'header and ciphertext of two envelopes', Buffer.concat([GOOD.subarray(0, 56), message({ salt: sha256('another salt').subarray(0, 24) }).subarray(56)]))
tampered('other-key-same-id', 'sealed with another product key under this id', message({ master: B }))

// --- tampered: the place

const elsewhere = (name, comment, parts) => tampered(`context-${name}`, comment, GOOD, { parts })
;['purpose', 'product', 'tag', 'env', 'provider', 'origin'].forEach((field, i) => {
  elsewhere(`other-${field}`, `moved to another ${field}`, PARTS.map((part, j) => (i === j ? `${part}2` : part)))
})
elsewhere('upper-case', 'parts are compared byte by byte', PARTS.map((part, i) => (i === 2 ? 'Writer' : part)))
elsewhere('boundary-moved', 'the same characters, divided elsewhere', ['api-key', 'sho', 'pwriter', 'prd', 'openai', 'provider-default'])
elsewhere('joined', 'two parts joined by a colon', ['api-key', 'shop:writer', 'prd', 'openai', 'provider-default'])
elsewhere('swapped', 'two parts in the other order', ['api-key', 'writer', 'shop', 'prd', 'openai', 'provider-default'])
elsewhere('part-missing', 'the last part is missing', PARTS.slice(0, 5))
elsewhere('part-added', 'an empty part follows', [...PARTS, ''])
elsewhere('empty', 'no context at all', [])
tampered('context-other-normal-form', 'composed and decomposed letters are different bytes', message({ context: contextBytes(['api-key', 'caf\u00e9']) }), { parts: ['api-key', 'cafe\u0301'] })

const HOME = [...PARTS.slice(0, 4), 'custom', 'https://llm.example']
const AT_HOME = message({ context: contextBytes(HOME) })
const origins = { 'provider-default': 'provider-default', http: 'http://llm.example', port: 'https://llm.example:8443', 'default-port': 'https://llm.example:443', slash: 'https://llm.example/', path: 'https://llm.example/v1', 'upper-case': 'https://LLM.example', subdomain: 'https://a.llm.example', suffix: 'https://llm.example.test', 'trailing-dot': 'https://llm.example.', empty: '' }
for (const [name, origin] of Object.entries(origins)) {
  tampered(`origin-${name}`, 'aimed at another spelling of the origin', AT_HOME, { parts: [...HOME.slice(0, 5), origin] })
}

// --- tampered: made by a wrong implementation

const { key, nonce } = derive(A, SALT, CONTEXT)
const enclosed = (ciphertext) => Buffer.concat([salt, commitment, ciphertext])
const okm = expand(A, Buffer.concat([Buffer.from(SUITE), SALT, CONTEXT]))
const nonceFirst = { nonce: okm.subarray(0, 12), key: okm.subarray(12, 44) }
const extracted = createHmac('sha512', SALT).update(A).digest()
const frames = (write) => Buffer.concat([Buffer.from('llm-models/v1\0'), ...PARTS.map(write)])
tampered('made-chunk-one', 'the nonce of chunk 1', enclosed(gcm(key, flip(nonce, 11, 1), plain(API_KEY))))
tampered('made-two-chunks', 'a valid second chunk follows', Buffer.concat([GOOD, gcm(key, flip(nonce, 11, 1), Buffer.alloc(0))]))
tampered('made-nonce-zero', 'a nonce of zeros', enclosed(gcm(key, Buffer.alloc(12), plain(API_KEY))))
tampered('made-nonce-from-salt', 'a nonce cut from the salt', enclosed(gcm(key, SALT.subarray(0, 12), plain(API_KEY))))
tampered('made-nonce-before-key', 'base nonce and key in the other order', enclosed(gcm(nonceFirst.key, nonceFirst.nonce, plain(API_KEY))))
tampered('made-aad-context', 'the context as associated data', enclosed(gcm(key, nonce, plain(API_KEY), CONTEXT)))
tampered('made-aad-header', 'the header as associated data', enclosed(gcm(key, nonce, plain(API_KEY), GOOD.subarray(0, 56))))
tampered('made-master-as-key', 'the product key itself as AES key', enclosed(gcm(A, nonce, plain(API_KEY))))
tampered('made-hkdf-extract', 'HKDF with its extract step', message({ master: extracted }))
tampered('made-sha256', 'SHA-256 in place of SHA-512', message({ hash: 'sha256' }))
tampered('made-suite-128', 'the name of the other suite', message({ suite: SUITE.replace('256', '128') }))
tampered('made-suite-v2', 'another version of the construction', message({ suite: SUITE.replace('@v1', '@v2') }))
tampered('made-suite-unterminated', 'no zero byte after the name', message({ suite: SUITE.slice(0, -1) }))
tampered('made-context-unlabelled', 'no label before the parts', message({ context: CONTEXT.subarray(14) }))
tampered('made-context-absent', 'nothing bound', message({ context: Buffer.alloc(0) }))
tampered('made-context-separators', 'separators in place of lengths', message({ context: frames((part) => Buffer.from(`${part}\0`)) }))
tampered('made-context-little-endian', 'lengths in the other byte order', message({ context: frames((part) => Buffer.concat([Buffer.from([part.length, 0]), Buffer.from(part)])) }))
tampered('made-context-u32', 'lengths of four bytes', message({ context: frames((part) => Buffer.concat([Buffer.from([0, 0, 0, part.length]), Buffer.from(part)])) }))

// --- tampered: authentic, but not what seal writes

const inside = (name, comment, plaintext) => tampered(`plaintext-${name}`, comment, message({ plaintext: Buffer.from(plaintext) }))
inside('type-zero', 'type byte 0', `\0${API_KEY}`)
inside('type-two', 'type byte 2', `\x02${API_KEY}`)
inside('untyped', 'no type byte', API_KEY)
inside('leading-space', 'a key to be trimmed', `\x01 ${API_KEY}`)
inside('trailing-newline', 'a key to be trimmed', `\x01${API_KEY}\n`)
inside('only-space', 'nothing after trimming', '\x01  ')
inside('inner-space', 'a character that no header carries', '\x01test api-key')
inside('inner-newline', 'a character that would split a header', '\x01test\r\nx-evil: 1')
inside('zero-padded', 'zeros after the key', `\x01${API_KEY}\0\0\0`)
inside('delete', 'DEL is not printable', '\x01test\x7f')
inside('not-ascii', 'well-formed UTF-8 beyond ASCII', '\x01tést-api-key')
inside('not-utf8', 'a byte that UTF-8 never has', [1, 0x74, 0xff, 0x74])
inside('byte-order-mark', 'a byte-order mark before the key', `\x01\ufeff${API_KEY}`)
inside('4097-characters', 'one character more than a key may have', `\x01${'k'.repeat(4097)}`)

// --- tampered: one ciphertext and tag that AES-GCM accepts under two keys (invisible salamanders)

const int = (bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const block = (n) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex')
const aes = (k, bytes) => createCipheriv('aes-256-ecb', k, null).setAutoPadding(false).update(bytes)
function multiply(x, y) {
  let product = 0n
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) product ^= y
    y = y & 1n ? (y >> 1n) ^ (0xe1n << 120n) : y >> 1n
  }
  return product
}
function inverse(x) {
  let result = 1n << 127n
  for (let i = 0; i < 127; i++) {
    x = multiply(x, x)
    result = multiply(result, x)
  }
  return result
}
const ghash = (h, blocks) => blocks.reduce((sum, b) => multiply(sum ^ b, h), 0n)
function salamander(one, two) {
  const first = gcm(one.key, one.nonce, plain('test-api-key-00')).subarray(0, 16)
  const [h1, h2] = [one, two].map(({ key }) => int(aes(key, Buffer.alloc(16))))
  const mask = ({ key, nonce }) => int(aes(key, Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])])))
  const digest = (h, second) => ghash(h, [int(first), second, 256n])
  const wanted = digest(h1, 0n) ^ digest(h2, 0n) ^ mask(one) ^ mask(two)
  const second = multiply(wanted, inverse(multiply(h1, h1) ^ multiply(h2, h2)))
  return Buffer.concat([first, block(second), block(digest(h1, second) ^ mask(one))])
}
const [keysA, keysB] = [A, B].map((master) => derive(master, SALT, CONTEXT))
const both = salamander(keysA, keysB)
const twoKeys = (name, header, id) => vector(`tampered-two-keys-${name}`, 'tampered', 'AES-GCM alone accepts this ciphertext under both product keys', text(Buffer.concat([SALT, header, both]), keyId(id)), { keys: [A, B] })
twoKeys('first', keysB.commitment, A)
twoKeys('second', keysA.commitment, B)

// --- unsupported_version

const good = text(GOOD)
const version = (name, comment, envelope) => vector(`unsupported-version-${name}`, 'unsupported_version', comment, envelope)
version('two', 'the next version, in the same shape', good.replace('lm1', 'lm2'))
version('ten', 'a version of two digits', good.replace('lm1', 'lm10'))
version('huge', 'a version beyond 64 bits', good.replace('lm1', 'lm18446744073709551617'))
version('other-shape', 'a later version may look different', 'lm3.?')

// --- malformed_envelope

const bad = (name, comment, envelope) => vector(`malformed-${name}`, 'malformed_envelope', comment, envelope)
const sealedBody = b64u(GOOD)
const wrapped = (value, id = keyId(A)) => `lm1.k.${id}.${value}`
bad('empty', 'no text', '')
bad('public-key-short', 'sealed to a public key, with too few bytes for a secret and a message', good.replace('.k.', '.p.'))
bad('api-key', 'a plain API key', API_KEY)
bad('json', 'quoted', JSON.stringify(good))
bad('jwe', 'five parts of another format', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA')
bad('prefix-missing', 'no version', good.slice(4))
bad('prefix-alone', 'nothing but the version', 'lm1.')
bad('prefix-upper-case', 'the version in capitals', good.replace('lm1', 'LM1'))
bad('version-absent', 'no number', good.replace('lm1', 'lm'))
bad('version-zero', 'versions start at 1', good.replace('lm1', 'lm0'))
bad('version-leading-zero', 'a number has one spelling', good.replace('lm1', 'lm01'))
bad('version-letter', 'not a number', good.replace('lm1', 'lmx'))
bad('kind-unknown', 'neither k nor p', good.replace('.k.', '.x.'))
bad('kind-upper-case', 'the kind in capitals', good.replace('.k.', '.K.'))
bad('kind-absent', 'no kind', good.replace('.k.', '.'))
bad('id-absent', 'no key id', `lm1.k.${sealedBody}`)
bad('id-empty', 'an empty key id', wrapped(sealedBody, ''))
bad('id-short', 'a key id of nine characters', wrapped(sealedBody, keyId(A).slice(1)))
bad('id-long', 'a key id of eleven characters', wrapped(sealedBody, `${keyId(A)}a`))
bad('id-upper-case', 'a key id in capitals', wrapped(sealedBody, keyId(A).toUpperCase()))
bad('id-not-base32', 'a digit that base32 lacks', wrapped(sealedBody, `${keyId(A).slice(1)}1`))
bad('dot-doubled', 'two dots before the body', wrapped(`.${sealedBody}`))
bad('dot-at-end', 'a dot after the body', `${good}.`)
bad('fifth-part', 'one part too many', `${good}.AAAA`)
bad('space-before', 'a space before', ` ${good}`)
bad('space-after', 'a space after', `${good} `)
bad('newline-after', 'a line feed after', `${good}\n`)
bad('crlf-after', 'a carriage return and line feed after', `${good}\r\n`)
bad('newline-within', 'a body over two lines', wrapped(`${sealedBody.slice(0, 64)}\n${sealedBody.slice(64)}`))
bad('space-within', 'a space in the body', wrapped(`${sealedBody.slice(0, 64)} ${sealedBody.slice(64)}`))
bad('nul-after', 'a zero byte after', `${good}\0`)
bad('byte-order-mark', 'a byte-order mark before', `\ufeff${good}`)
bad('fullwidth-dot', 'a dot beyond ASCII', good.replace('lm1.', 'lm1\uff0e'))
bad('cyrillic', 'a letter beyond ASCII that looks the same', wrapped(`\u0410${sealedBody.slice(1)}`))
bad('percent-encoded', 'escaped for a URL', good.replaceAll('.', '%2E'))
bad('padding-one', 'one padding character', wrapped(`${b64u(message({ plaintext: plain('k') }))}=`))
bad('padding-two', 'two padding characters', wrapped(`${b64u(message({ plaintext: plain('key') }))}==`))
bad('standard-base64', 'the other alphabet', wrapped(`+/${sealedBody.slice(2)}`))
bad('one-character-left', 'a group of one character', wrapped(`${'A'.repeat(120)}A`))
const lastPlus = (value) => value.slice(0, -1) + 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.replace(/./g, (c, i, all) => (all[i - 1] === value.at(-1) ? `<${c}` : c)).match(/<(.)/)[1]
bad('trailing-bits-two', 'non-zero bits after a group of two bytes', wrapped(lastPlus(b64u(message({ plaintext: plain('k') })))))
bad('trailing-bits-four', 'non-zero bits after a group of one byte', wrapped(lastPlus(b64u(message({ plaintext: plain('key') })))))
bad('body-empty', 'no body', wrapped(''))
bad('body-header-only', 'salt and commitment alone', wrapped(b64u(GOOD.subarray(0, 56))))
bad('body-salt-only', 'a salt alone', wrapped(b64u(SALT)))
bad('body-without-header', 'ciphertext alone', wrapped(b64u(GOOD.subarray(56))))
bad('body-73-bytes', 'one byte less than the shortest envelope', wrapped(b64u(GOOD.subarray(0, 73))))
bad('body-no-plaintext', 'an authentic message without plaintext', wrapped(b64u(message({ plaintext: Buffer.alloc(0) }))))
bad('body-type-only', 'an authentic message with a type byte and no key', wrapped(b64u(message({ plaintext: Buffer.from([1]) }))))
bad('body-hex', 'the body in hex with an odd group', wrapped(`${GOOD.toString('hex')}0`.padEnd(193, '0')))
bad('too-long', '8193 characters', wrapped('A'.repeat(8193 - wrapped('').length)))
bad('far-too-long', 'a version prefix does not lift the cap', `lm2.${'A'.repeat(9000)}`)

for (const old of readdirSync(here)) if (old.endsWith('.txt')) unlinkSync(new URL(old, here))
for (const [name, content] of files) writeFileSync(new URL(`${name}.txt`, here), content)
console.log(`${files.size} vectors`)
