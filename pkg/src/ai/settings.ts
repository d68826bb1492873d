// What a caller says to this library through the SDK: `providerOptions.ductape`, and headers, which calls do not take.

import { OWN } from './prompt.js';
import type { AiCallOptions, AiCallSettings, AiWarning } from './types.js';

const KNOWN: readonly string[] = ['env', 'fallback', 'timeout', 'providerOptions'] satisfies (keyof AiCallSettings)[];

/** The SDK adds it to every call. */
const SDK_HEADER = 'user-agent';

/** The settings of this call that are this library's own. */
export function ownSettings(options: AiCallOptions, warnings: AiWarning[]): AiCallSettings {
  const given = options.providerOptions?.[OWN] ?? {};
  for (const name of Object.keys(given).filter((name) => !KNOWN.includes(name))) {
    const details = `known are ${KNOWN.join(', ')}`;
    warnings.push({ type: 'unsupported', feature: `providerOptions.${OWN}.${name}`, details });
  }
  const { env, fallback, timeout, providerOptions } = given as AiCallSettings;
  return { env, fallback, timeout, providerOptions };
}

/** Says of headers that they are not sent: those of a model are part of its record. */
export function refuseHeaders(headers: AiCallOptions['headers'], warnings: AiWarning[]): void {
  const given = Object.entries(headers ?? {}).filter(([, value]) => value !== undefined);
  const names = given.map(([name]) => name).filter((name) => name.toLowerCase() !== SDK_HEADER);
  if (names.length === 0) return;
  const details = `not sent: ${names.join(', ')}; headers are set on the stored model`;
  warnings.push({ type: 'unsupported', feature: 'headers', details });
}
