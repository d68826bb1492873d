// A user's program: it must compile without the library's own declarations being skipped.
import Ductape, { type Completion, DuctapeError, type Storage, type StreamPart } from 'ductape-models';
import { type AiLanguageModel, ductapeProvider } from 'ductape-models/ai';
import {
  createGateway,
  type Gateway,
  generateTokenKey,
  mintToken,
  type TokenClaims,
  verifyToken,
} from 'ductape-models/gateway';
import { openWith, type SealingPublicKey, sealTo } from 'ductape-models/sealing';
import { init } from 'ductape-models/slim';
import { indexedDbStorage } from 'ductape-models/storage/indexeddb';
import { memoryStorage } from 'ductape-models/storage/memory';
import { unstorageStorage } from 'ductape-models/storage/unstorage';
import { webStorage } from 'ductape-models/storage/web-storage';
import { clientStorageCases, LONG_SIZES, testStorage } from 'ductape-models/testing';

export const storage: Storage = memoryStorage();
export const ductape: Ductape = new Ductape({
  product: 'shop',
  env: 'dev',
  storage,
  privateKey: Ductape.generateKey(),
});

export async function ask(): Promise<Completion | string> {
  await ductape.model.create({
    tag: 'a',
    name: 'A',
    provider: 'anthropic',
    model: 'claude-sonnet-4-20250514',
    temperature: 0.7,
    envs: [{ slug: 'dev', apiKey: 'sk-ant-dev-...', active: true }],
  });
  try {
    return await ductape.generate({ model: 'a', prompt: 'hello', modelConfig: { maxTokens: 10 } });
  } catch (error) {
    return DuctapeError.is(error, 'model_not_found') ? error.code : 'other';
  }
}

export async function parts(): Promise<StreamPart[]> {
  const found: StreamPart[] = [];
  for await (const part of ductape.stream({ model: 'a', prompt: 'hello' })) found.push(part);
  return found;
}

export const seals: SealingPublicKey = sealTo('lmp1...');
export const secret: Promise<Uint8Array> = openWith('lms1...').decapsulate(new Uint8Array(32), new Uint8Array());

// The AI SDK is not installed here: the objects for it carry their own types.
export const model: AiLanguageModel = ductapeProvider(ductape, { env: 'prd' })('a');
export const older: AiLanguageModel<'v3'> = ductapeProvider(ductape, { specification: 'v3' }).languageModel('a');

// @ts-expect-error the public half opens nothing
seals.decapsulate(new Uint8Array(32), new Uint8Array());

// @ts-expect-error a setting that does not exist
ductape.resolve({ model: 'a', modelConfig: { temprature: 1 } });

testStorage('memory', () => memoryStorage(), { test: (_name, run) => run(), sizes: LONG_SIZES });
for (const { run } of clientStorageCases(Ductape, () => memoryStorage(), { offsets: 10 })) void run();

export const stores = (instance: Parameters<typeof unstorageStorage>[0]): Storage[] => [
  webStorage({ prefix: 'shop:' }),
  indexedDbStorage({ name: 'shop' }),
  unstorageStorage(instance, { read: 'eventual' }),
];
void init;

export const tokenKey: string = generateTokenKey();
export const gateway: Gateway<{ ADMIN_KEY: string }> = createGateway((env) => ({
  ductape,
  auth: { tokenKey, adminKey: env.ADMIN_KEY, revoked: (id) => id === 'gone' },
  rateLimit: async ({ subject }) => ({ success: subject !== undefined }),
  onRequest: ({ route, status, code }) => void [route, status, code],
}));

export async function claims(): Promise<TokenClaims> {
  const token = await mintToken({
    key: tokenKey,
    product: 'shop',
    env: 'dev',
    models: ['a*'],
    limits: { maxTokens: 9 },
  });
  return verifyToken(token, { keys: [tokenKey] });
}
