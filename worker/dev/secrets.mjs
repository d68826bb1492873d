// The secrets of a gateway that no other part of the package makes.
import { createHmac, randomBytes } from 'node:crypto';

/** Says what the derived key is for; src/keys.ts derives the same. */
const TOKEN_KEY_LABEL = 'ductape-models gateway token key 1';

/** A fresh admin key: 32 random bytes. Its head lets scanners for secrets find it. */
export function generateAdminKey() {
  return `lma1.${randomBytes(32).toString('base64url')}`;
}

/** The token key that a gateway without one of its own makes from its admin key, as `mintToken` takes it. */
export function tokenKeyOf(adminKey) {
  return `lmtk1.${createHmac('sha256', adminKey).update(TOKEN_KEY_LABEL).digest('base64url')}`;
}
