// Everything that is printed passes here: results to stdout, the rest to stderr, without the keys of this process and
// without characters that a terminal would act on.

/** Keys that this process has read. */
const secrets = new Set<string>();

/** Product and sealing keys in their printed form. Public ones, `lmp1`, may be shown. */
const PRINTED_KEY = /\blm[ks]1\.[\w.-]*/g;

/** What a terminal would act on: control characters but for line ends and tabs, and marks that turn text around. */
const UNPRINTABLE = /(?![\n\t])\p{Cc}|\p{Bidi_Control}/gu;

const ESCAPE = '\u001b';

/** The only ones that are let through. A stored value that brings one along changes no more than a colour. */
const STYLES = /^\[(?:1|22|31|39)m/;

/** Keeps a key from being printed, whatever happens. Short texts would take others with them. */
export function keepSecret(text: string | undefined): void {
  if (text !== undefined && text.length >= 8) secrets.add(text);
}

/** A result, for people or for a pipe. */
export function print(text: string): void {
  process.stdout.write(`${safe(text)}\n`);
}

/** A result as JSON, in the API's own shape. Unlike in text, every character comes through, some of them escaped. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2).replace(UNPRINTABLE, escapeOf));
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The one result that is a key. */
export function printKey(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A remark, a question or an error. */
export function say(text: string): void {
  process.stderr.write(`${safe(text)}\n`);
}

/** A line that the next one takes the place of, on a terminal. */
export function sayInPlace(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r${ESCAPE}[K${safe(text)}` : `${safe(text)}\n`);
}

/** Emphasis, where the stream shows it. */
export function bold(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styled(text, stream, '1', '22');
}

export function red(text: string, stream: NodeJS.WriteStream): string {
  return styled(text, stream, '31', '39');
}

/** Node reads NO_COLOR, TERM and the like. */
function styled(text: string, stream: NodeJS.WriteStream, on: string, off: string): string {
  return stream.isTTY && stream.hasColors() ? `${ESCAPE}[${on}m${text}${ESCAPE}[${off}m` : text;
}

function safe(text: string): string {
  let out = text.replace(PRINTED_KEY, '[redacted]');
  for (const secret of secrets) out = out.replaceAll(secret, '[redacted]');
  return out.replace(UNPRINTABLE, (found, at: number) =>
    found === ESCAPE && STYLES.test(out.slice(at + 1, at + 5)) ? found : '\ufffd',
  );
}
