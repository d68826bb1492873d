import * as library from 'ductape-models';
import { alone } from '../../../../alone.mjs';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json(await alone(library));
}
