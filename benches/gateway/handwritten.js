// The gateway that one would write by hand for one provider, as short as it can be and still do the same for a request: check
// the token's signature, end and scope, find the model's settings, forward with the key, and answer in OpenAI's shape with the
// tag in place of the provider's model, whole or streamed. Its keys lie in the object unsealed; that is what it does without.
import { DurableObject } from 'cloudflare:workers';

const encoder = new TextEncoder();
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
let key;
const remembered = new Map();

export class Settings extends DurableObject {
  get(tag) {
    this.#make();
    return this.ctx.storage.sql.exec('SELECT value FROM settings WHERE tag = ?', tag).toArray()[0]?.value ?? null;
  }

  put(tag, value) {
    this.#make();
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO settings VALUES (?, ?)', tag, value);
  }

  #make() {
    this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS settings (tag TEXT PRIMARY KEY, value TEXT)');
  }
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/settings/')) {
      await env.SETTINGS.getByName('main').put(pathname.slice('/settings/'.length), await request.text());
      return new Response(null, { status: 204 });
    }
    const claims = await claimsOf(request, env);
    if (claims === null) return failure(401, 'auth_failed');
    const body = await request.json();
    const tag = body.model;
    if (claims.models !== undefined && !claims.models.includes(tag)) return failure(403, 'permission_denied');
    const settings = await settingsOf(tag, env);
    if (settings === null) return failure(404, 'model_not_found');
    const answer = await fetch(`${settings.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${settings.apiKey}` },
      body: JSON.stringify({ temperature: settings.temperature, ...body, model: settings.model }),
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    });
    if (answer.status !== 200) return failure(502, 'bad_response');
    const id = `chatcmpl-${crypto.randomUUID()}`;
    if (body.stream) return streamed(answer.body, id, tag);
    const { choices, usage } = await answer.json();
    const created = Math.floor(Date.now() / 1000);
    return Response.json({ id, object: 'chat.completion', created, model: tag, choices, usage }, { headers: HEADERS });
  },
};

async function claimsOf(request, env) {
  const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? '';
  const end = token.lastIndexOf('.');
  key ??= await crypto.subtle.importKey(
    'raw',
    bytes(env.TOKEN_KEY.slice('lmtk1.'.length)),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  const signed = encoder.encode(token.slice(0, end));
  if (!(await crypto.subtle.verify('HMAC', key, bytes(token.slice(end + 1)), signed))) return null;
  const claims = JSON.parse(new TextDecoder().decode(bytes(token.slice('lmt1.'.length, end))));
  return claims.exp * 1000 > Date.now() ? claims : null;
}

async function settingsOf(tag, env) {
  const known = remembered.get(tag);
  if (known !== undefined && Date.now() - known.at < env.CACHE_SECONDS * 1000) return known.settings;
  const text = await env.SETTINGS.getByName('main').get(tag);
  if (text === null) return null;
  const settings = JSON.parse(text);
  remembered.set(tag, { settings, at: Date.now() });
  return settings;
}

function streamed(source, id, tag) {
  const created = Math.floor(Date.now() / 1000);
  const decoder = new TextDecoder();
  let rest = '';
  const translate = new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop();
      let out = '';
      for (const line of lines) {
        if (!line.startsWith('data: ')) continue;
        const data = line.slice('data: '.length);
        if (data === '[DONE]') {
          out += 'data: [DONE]\n\n';
          continue;
        }
        const { choices, usage } = JSON.parse(data);
        out += `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model: tag, choices, usage })}\n\n`;
      }
      if (out !== '') controller.enqueue(encoder.encode(out));
    },
  });
  return new Response(source.pipeThrough(translate), { headers: { ...HEADERS, 'content-type': 'text/event-stream' } });
}

function failure(status, code) {
  return Response.json({ error: { code } }, { status, headers: HEADERS });
}

function bytes(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
