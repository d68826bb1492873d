/** The Durable Object: the package's store, which under a name of its own answers admin requests instead. */
import { DurableObject } from 'cloudflare:workers';
import { modelStore } from 'ductape-models/storage/durable-object';
import { answerAdmin } from './admin';
import type { Env } from './env';

export class ModelStore extends modelStore(DurableObject<Env>) {
  override fetch(request: Request): Promise<Response> {
    return answerAdmin(request, this.env, this.ctx);
  }
}
