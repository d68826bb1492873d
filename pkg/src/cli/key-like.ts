// Texts that look like keys. A command line is seen by every program of the machine and kept in the shell's history, so a
// key in one is refused before anything else happens. What was given is never repeated.

import { UsageError } from './exit.js';

/** Options that other tools take keys by. */
const KEY_OPTION =
  /^--?(?:[a-z]+-)?(?:api-?key|private-?key|product-?key|other-?keys?|key|token|secret|password|pass)(?:=|$)/i;

/** Keys by how they begin: this library's, and the providers' that have a mark of their own. */
const MARKED =
  /(?:^|[=:,\s"'])(?:lmk1\.|lms1\.|sk-[\w-]{8}|sk_[\w-]{8}|AIza[\w-]{16}|gsk_\w{8}|xai-\w{8}|hf_\w{8}|pplx-\w{8}|Bearer\s)/;

const HEX_KEY = /(?:^|=)[0-9a-f]{64}$/i;

const BASE64_KEY = /(?:^|=)(?=[^=]*[a-z])(?=[^=]*[A-Z])(?=[^=]*\d)[A-Za-z0-9_+-][A-Za-z0-9_+/-]{42}=?$/;

const HOW =
  'keys are not taken from the command line, where other programs and the shell history see them. ' +
  'Product keys come from DUCTAPE_PRIVATE_KEY; API keys from --key-stdin, --key-env <env>=<VARIABLE> or a prompt';

/** Whether a text looks like a key. */
export function looksLikeKey(text: string): boolean {
  return MARKED.test(text) || HEX_KEY.test(text) || BASE64_KEY.test(text);
}

/** Refuses a command line that holds a key. */
export function refuseKeys(argv: readonly string[]): void {
  argv.forEach((argument, at) => {
    if (KEY_OPTION.test(argument)) throw new UsageError(HOW);
    if (looksLikeKey(argument)) throw new UsageError(`argument ${at + 1} looks like a key; ${HOW}`);
  });
}
