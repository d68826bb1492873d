// Writes sealed-by-library.json: keys and secrets that the built package makes, for the hpke crate to open in
// tests/vectors/sealing.rs. Every run writes other ones. Run: node tests/vectors/hpke/make.mjs
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'

import { generateSealingKey, sealTo } from '../../../pkg/dist/sealing.js'

const hex = (bytes) => Buffer.from(bytes).toString('hex')
const items = []
for (let number = 0; number < 64; number += 1) {
  const { publicKey, privateKey } = await generateSealingKey()
  const info = randomBytes(number * 7)
  const { enc, secret } = await sealTo(publicKey).encapsulate(info)
  items.push({ publicKey, privateKey, info: hex(info), enc: hex(enc), secret: hex(secret) })
}
const comment = 'Sealed by ductape-models/sealing; tests/vectors/hpke/make.mjs makes it. All keys are worthless.'
writeFileSync(new URL('sealed-by-library.json', import.meta.url), `${JSON.stringify({ comment, items }, null, 2)}\n`)
