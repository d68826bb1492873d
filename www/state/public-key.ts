/** The public key of the write-only mode. It opens nothing, so it may stand anywhere. */
import { generateSealingKey, sealTo } from 'ductape-models/sealing';

const ITEM = 'ductape-public-key';

/** The key in use; at the first visit one whose private half nobody keeps. */
export async function publicKey(): Promise<string> {
  const kept = localStorage.getItem(ITEM);
  if (kept !== null) return kept;
  const { publicKey: fresh } = await generateSealingKey();
  localStorage.setItem(ITEM, fresh);
  return fresh;
}

/** Uses another one; throws the package's error where it is none. */
export async function changePublicKey(text: string): Promise<void> {
  // The form is judged at once, the checksum at the first use.
  await sealTo(text).encapsulate(new Uint8Array());
  localStorage.setItem(ITEM, text);
}
