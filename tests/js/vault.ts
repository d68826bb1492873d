// The vault through the package: product keys that never enter the core, rotation, clients that only write, history.

import type { Sealing } from './sealing.js';
import { type Case, equal, type Library, type Servers } from './suite.js';

const KEY = 'sk-canary-vault-0123456789abcdef';

/** Every case against `library` and its sealing entry point. */
export function cases(library: Library, sealing: Sealing, servers: Servers): Case[] {
  const { default: Ductape, DuctapeError } = library;
  const list: Case[] = [];
  const test = (name: string, run: () => Promise<void>) => list.push({ name: `vault: ${name}`, run });

  const client = (more: object) => new Ductape({ product: 'shop', dangerouslyAllowBrowser: true, ...more } as never);
  const model = (tag: string, baseUrl = servers.mock) => ({
    tag,
    name: 'Shop',
    provider: 'custom' as const,
    model: 'gpt-4o',
    envs: [{ slug: 'dev', baseUrl, apiKey: KEY }],
  });
  const refusal = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'no error';
    } catch (error) {
      if (!DuctapeError.is(error)) return `foreign: ${error}`;
      return error.details.field === undefined ? error.code : `${error.code} ${error.details.field}`;
    }
  };
  const asks = async (ductape: InstanceType<typeof Ductape>, tag: string) => {
    const answer = await ductape.generate({ model: tag, env: 'dev', prompt: 'hello' });
    return answer.text;
  };

  test('r30 a CryptoKey that only signs is the same key as its bytes', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const storage = casStore();
    await client({ privateKey: bytes, storage }).model.create(model('a'));
    const signing = client({ privateKey: await signingKey(bytes), storage });
    equal(await asks(signing, 'a'), 'Hi there, how can I help?');
    const both = [signing.model.create(model('b')), signing.model.create(model('c'))];
    equal(
      (await Promise.all(both)).map((view) => view.rev),
      [1, 1],
    );
    equal(await asks(client({ privateKey: { primary: bytes }, storage }), 'b'), 'Hi there, how can I help?');
  });

  test('r31 a CryptoKey of another kind is refused by what is wrong with it', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const hmac = (hash: string, extractable: boolean, usages: string[]) =>
      crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, extractable, usages as never);
    const keys = [
      hmac('SHA-512', true, ['sign']),
      hmac('SHA-256', false, ['sign']),
      hmac('SHA-512', false, ['verify']),
      crypto.subtle.importKey('raw', bytes.slice(16), { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']),
      crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt']),
      crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits']),
    ];
    for (const key of await Promise.all(keys)) {
      equal(await refusal(() => client({ privateKey: key, storage: casStore() })), 'invalid_input privateKey');
      const ring = { primary: bytes, others: [key] };
      equal(
        await refusal(() => client({ privateKey: ring, storage: casStore() })),
        'invalid_input privateKey.others[0]',
      );
    }
  });

  test('r30 a key is added, promoted, moved to and retired', async () => {
    const [old, fresh] = [Ductape.generateKey(), Ductape.generateKey()];
    const storage = casStore();
    const before = client({ privateKey: old, storage });
    for (let index = 0; index < 230; index += 1) await before.model.create(model(`m${index}`));
    const oldId = (await before.keys.doctor()).keys[0]?.keyId ?? '';
    const after = client({ privateKey: { primary: fresh, others: [old] }, storage });
    equal(await refusal(() => after.keys.retire({ keyId: oldId })), 'invalid_input keyId');
    const seen: number[] = [];
    const report = await after.keys.rekey({ onProgress: (soFar) => seen.push(soFar.scanned) });
    equal([seen, report.rewrapped, report.complete, report.cursor], [[100, 200, 230], 230, true, undefined]);
    equal((await after.keys.rekey()).already, 230);
    equal((await after.keys.retire({ keyId: oldId })).scanned, 230);
    const last = client({ privateKey: { primary: fresh, retired: [oldId] }, storage });
    const found = await last.keys.doctor({ deep: true });
    equal([found.healthy, found.keys.map((key) => key.role)], [true, ['primary', 'retired']]);
    equal(await asks(last, 'm7'), 'Hi there, how can I help?');
  });

  test('r30 a rekey stops at its limit or when it is aborted, and goes on', async () => {
    const [old, fresh] = [Ductape.generateKey(), Ductape.generateKey()];
    const storage = casStore();
    const before = client({ privateKey: old, storage });
    for (let index = 0; index < 120; index += 1) await before.model.create(model(`m${index}`));
    const after = client({ privateKey: { primary: fresh, others: [old] }, storage });
    const first = await after.keys.rekey({ limit: 7 });
    equal([first.scanned, first.complete, typeof first.cursor], [7, false, 'string']);
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const rest = { cursor: first.cursor as string };
    equal(await refusal(() => after.keys.rekey({ ...rest, onProgress, signal: controller.signal })), 'aborted');
    const done = await after.keys.rekey(rest);
    equal([done.complete, done.rewrapped, done.already], [true, 13, 100]);
    equal((await client({ privateKey: fresh, storage }).keys.doctor({ deep: true })).healthy, true);
    equal(await refusal(() => after.keys.rekey({ limit: 0 })), 'invalid_input limit');
    equal(await refusal(() => after.keys.rekey({ onProgress: 1 as never })), 'invalid_input onProgress');
  });

  test('r30b a client with a public key stores keys that it cannot open', async () => {
    const { publicKey, privateKey } = await sealing.generateSealingKey();
    const storage = casStore();
    const admin = client({ publicKey: sealing.sealTo(publicKey), storage });
    const view = await admin.model.create(model('sealed'));
    equal([view.envs[0]?.hasKey, view.envs[0]?.keyFingerprint], [true, undefined]);
    equal(await refusal(() => asks(admin, 'sealed')), 'unknown_key');
    equal(await refusal(() => admin.keys.rekey()), 'unknown_key');
    const stored = [...storage.values.values()].join();
    equal([stored.includes('lm1.p.'), stored.includes(KEY)], [true, false]);

    const primary = Ductape.generateKey();
    const app = client({ privateKey: { primary, sealing: [sealing.openWith(privateKey)] }, storage });
    equal(await asks(app, 'sealed'), 'Hi there, how can I help?');
    await app.model.create(model('own'));
    const envs = [{ slug: 'dev', apiKey: `${KEY}-rotated` }];
    equal((await admin.model.update({ tag: 'own', envs })).rev, 2);
    equal((await app.model.fetch({ tag: 'own' })).envs[0]?.keyHint, 'ated');
    equal((await app.keys.rekey()).rewrapped, 2);
    const plain = client({ privateKey: primary, storage });
    equal((await plain.keys.doctor({ deep: true })).healthy, true);
  });

  test('r27 r30b what was sealed to another public key does not open', async () => {
    const [one, two] = [await sealing.generateSealingKey(), await sealing.generateSealingKey()];
    const storage = casStore();
    await client({ publicKey: sealing.sealTo(one.publicKey), storage }).model.create(model('a'));
    const primary = Ductape.generateKey();
    const ring = { primary, sealing: [sealing.openWith(two.privateKey)] };
    equal(await refusal(() => asks(client({ privateKey: ring, storage }), 'a')), 'unknown_key');
    // Even one that answers to the right name.
    const { publicKey } = sealing.sealTo(one.publicKey);
    const decapsulate = async () => crypto.getRandomValues(new Uint8Array(32));
    const liar = { primary, sealing: [{ publicKey, decapsulate }] };
    equal(await refusal(() => asks(client({ privateKey: liar, storage }), 'a')), 'tampered');
  });

  test('r30b the options of a client that only writes are checked', async () => {
    const { publicKey } = await sealing.generateSealingKey();
    const storage = casStore();
    const seals = sealing.sealTo(publicKey);
    equal(await refusal(() => client({ publicKey: seals })), 'invalid_input storage');
    equal(await refusal(() => client({ publicKey, storage })), 'invalid_input publicKey');
    const both = { publicKey: seals, privateKey: Ductape.generateKey(), storage };
    equal(await refusal(() => client(both)), 'invalid_input publicKey');
    const ring = { primary: Ductape.generateKey(), sealing: [seals] };
    equal(await refusal(() => client({ privateKey: ring, storage })), 'invalid_input privateKey.sealing[0]');
    const retired = { primary: Ductape.generateKey(), retired: ['not an id'] };
    equal(
      await refusal(() => client({ privateKey: retired, storage }).model.fetchAll()),
      'invalid_input privateKey.retired[0]',
    );
  });

  test('r30e earlier settings are listed and come back without their keys', async () => {
    const storage = casStore();
    const privateKey = Ductape.generateKey();
    const [ada, bob] = ['ada', 'bob'].map((user_id) => client({ privateKey, storage, user_id }));
    if (ada === undefined || bob === undefined) throw new Error('two clients');
    await ada.model.create({ ...model('a'), temperature: 0.1 });
    await bob.model.update({ tag: 'a', temperature: 0.9, envs: [{ slug: 'dev', apiKey: `${KEY}-next` }] });
    const known = await ada.model.history({ tag: 'a' });
    const told = known.map(({ rev, updatedBy, changed }) => [rev, updatedBy, changed]);
    equal(told, [
      [2, 'bob', ['temperature']],
      [1, 'ada', []],
    ]);
    equal(JSON.stringify(known).includes('canary'), false);
    const back = await ada.model.rollback({ tag: 'a', rev: 1 });
    equal([back.rev, back.temperature, back.updatedBy, back.envs[0]?.keyHint], [3, 0.1, 'ada', 'next']);
    equal(await refusal(() => ada.model.rollback({ tag: 'a', rev: 9 })), 'invalid_input rev');
  });

  return list;
}

/** A key of WebCrypto that signs and cannot be taken out. */
export function signingKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
}

/** A store with compare-and-set, whose values can be looked at. */
export function casStore() {
  const values = new Map<string, string>();
  const etags = new Map<string, string>();
  let count = 0;
  const holds = (key: string, ifMatch?: string | null) =>
    ifMatch === undefined || (ifMatch === null ? !values.has(key) : etags.get(key) === ifMatch);
  return {
    values,
    capabilities: { cas: true },
    async get(key: string) {
      const value = values.get(key);
      return value === undefined ? null : { value, etag: etags.get(key) ?? '' };
    },
    async put(key: string, value: string, options?: { ifMatch?: string | null }) {
      if (!holds(key, options?.ifMatch)) return { conflict: true as const };
      count += 1;
      values.set(key, value);
      etags.set(key, `v${count}`);
      return { etag: `v${count}` };
    },
    async delete(key: string, options?: { ifMatch?: string | null }) {
      if (!holds(key, options?.ifMatch)) return { conflict: true as const };
      return { deleted: values.delete(key) };
    },
    async list(prefix: string) {
      return { keys: [...values.keys()].filter((key) => key.startsWith(prefix)).sort() };
    },
  };
}
