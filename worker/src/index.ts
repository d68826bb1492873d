/** The Worker that is deployed: the gateway under `/v1`, and nothing else. `npm start` runs demo/index.ts in its place. */
import { askAdmin, isForAdmin } from './admin';
import type { Env } from './env';
import { gatewayOf } from './gateway';
import { storageOf } from './storage';

export { ModelStore } from './store';

const answer = gatewayOf<Env>({ storageOf });

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    return (await isForAdmin(request, env)) ? askAdmin(request, env) : answer(request, env, ctx);
  },
};
