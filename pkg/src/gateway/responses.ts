// `POST /v1/responses`: the common part of OpenAI's Responses.

import type { Reply, TokenExchange } from './exchange.js';
import { Refusal } from './failures.js';

export async function responses(_exchange: TokenExchange): Promise<Reply> {
  throw new Refusal(404, 'not_found', 'there is no such route');
}
