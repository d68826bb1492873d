/**
 * Admin requests run one beside the other inside one Durable Object. Writers of one model wait for one another there, so that
 * all get through; among requests of a Worker nobody can wait for another, because the platform cancels whoever does.
 */
import type { Env } from './env';
import { gatewayOf } from './gateway';
import { sourceOf } from './storage';

const PREFIX = '/v1/admin/';
/** The object's name: it holds no record. */
const OBJECT = 'admin';

/** Answers inside the object: over the store itself, never over copies. */
export const answerAdmin = gatewayOf<Env>({ storageOf: sourceOf });

/** Whether a request is for the object. Whoever has no admin key does not reach it. */
export async function isForAdmin(request: Request, { ADMIN_KEY }: Env): Promise<boolean> {
  if (!new URL(request.url).pathname.startsWith(PREFIX) || !ADMIN_KEY) return false;
  const [given, expected] = await Promise.all([
    digest(request.headers.get('authorization') ?? ''),
    digest(`Bearer ${ADMIN_KEY.trim()}`),
  ]);
  return crypto.subtle.timingSafeEqual(given, expected);
}

/** Hands a request to the object. */
export async function askAdmin(request: Request, { STORE }: Env): Promise<Response> {
  try {
    return await STORE.getByName(OBJECT).fetch(request);
  } catch {
    // What is thrown may quote the request. A write may have been done all the same.
    const message = 'the object of the admin routes failed; read the model before you repeat a write';
    const error = { message, type: 'server_error', code: 'storage_error', param: null };
    return Response.json({ error }, { status: 503 });
  }
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}
