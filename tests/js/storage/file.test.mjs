/** What only the file store promises: processes, crashes, modes, names, leftovers. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { fileStorage } from './package-under-test.mjs';

const base = mkdtempSync(join(tmpdir(), 'storage-file-'));
after(() => rmSync(base, { recursive: true }));
const fresh = () => mkdtempSync(join(base, 'case-'));
const child = (name, ...args) =>
  spawn(process.execPath, [join(import.meta.dirname, 'children', name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const all = (storage, prefix = '') => storage.list(prefix, { limit: 1000 });

const KEY = 'lm1/shop/support~2ea';
const TOKEN = '4242-0123456789abcdef';

test('r30c_two_processes_lose_no_increment', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder });
  await storage.put(KEY, '0');
  const codes = await Promise.all([1, 2].map(() => exitOf(child('increment.mjs', folder, KEY, '100'))));
  assert.deepEqual(codes, [0, 0]);
  assert.equal((await storage.get(KEY)).value, '200');
  assert.deepEqual(leftovers(folder), []);
});

test('r63_a_kill_at_any_moment_leaves_whole_values_and_loses_nothing_acknowledged', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder, lockTimeoutMs: 200 });
  let acknowledged = 0;
  for (let round = 0; round < 8; round += 1) {
    acknowledged = await killedAfter(3 + round, folder, acknowledged + 1);
    const { value } = await storage.get('lm1/kill/kept');
    const [version, body, end] = value.split(':');
    assert.equal(end, version, 'torn value');
    assert.equal(body, version.repeat(5000), 'torn value');
    assert.ok(Number(version) >= acknowledged, `lost write: ${acknowledged} acknowledged, ${version} kept`);
    assert.ok([undefined, 'soon deleted'].includes((await storage.get('lm1/kill/gone'))?.value));
    // The next writer waits for the dead one's lock at most its timeout.
    acknowledged = Number(version) + 1;
    await storage.put('lm1/kill/kept', `${acknowledged}:${String(acknowledged).repeat(5000)}:${acknowledged}`);
    await storage.put('lm1/kill/gone', 'soon deleted');
    await storage.delete('lm1/kill/gone');
  }
  assert.deepEqual((await all(storage)).keys, ['lm1/kill/kept']);
  age(folder);
  await fileStorage({ folder, lockTimeoutMs: 200 }).put('lm1/kill/other', 'sweeps');
  assert.deepEqual(leftovers(folder), []);
});

/** What a writer killed at each step leaves behind, and what must be read afterwards. */
const crashes = {
  before_its_draft_is_whole: { leave: (at) => draft(at(`${TOKEN}.tmp`), 'ductape-file 1 0123'), reads: 'old' },
  before_it_takes_the_lock: { leave: (at) => draft(at(`${TOKEN}.tmp`), header('new')), reads: 'old' },
  before_it_commits: { leave: (at) => draft(at('lock'), header('new')), reads: 'old' },
  after_it_commits: {
    leave: (at) => {
      mkdirSync(at('lock'));
      writeFileSync(at('value'), header('new'));
    },
    reads: 'new',
  },
  before_it_deletes: { leave: (at) => mkdirSync(join(at('lock'), TOKEN), { recursive: true }), reads: 'old' },
  after_it_deletes: {
    leave: (at) => {
      draft(join(at('lock'), TOKEN), header('old'), 'gone');
      rmSync(at('value'));
    },
    reads: undefined,
  },
};

for (const [step, { leave, reads }] of Object.entries(crashes)) {
  test(`r63_a_crash_${step}_leaves_the_old_value_or_the_new_one`, async () => {
    const folder = fresh();
    await fileStorage({ folder }).put(KEY, 'old');
    leave((ending) => join(folder, 'lm1', 'shop', `support~2ea.${ending}`));
    const storage = fileStorage({ folder, lockTimeoutMs: 100 });
    const stored = await storage.get(KEY);
    assert.equal(stored?.value, reads);
    assert.deepEqual((await all(storage)).keys, reads === undefined ? [] : [KEY]);
    assert.ok('etag' in (await storage.put(KEY, 'next', { ifMatch: stored?.etag ?? null })));
    assert.equal((await storage.get(KEY)).value, 'next');
    age(folder);
    await fileStorage({ folder, lockTimeoutMs: 100 }).put(KEY, 'last');
    assert.deepEqual(leftovers(folder), []);
  });
}

test('r30c_a_writer_whose_lock_was_broken_starts_over_and_sees_the_other_write', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder, lockTimeoutMs: 2000 });
  const { etag } = await storage.put(KEY, 'old');
  draft(join(folder, 'lm1/shop/support~2ea.lock'), 'foreign');
  // Waits behind the foreign lock; meanwhile its own draft is cleared away, as a breaker would.
  const slow = storage.put(KEY, 'slow', { ifMatch: etag });
  const own = await appearing(join(folder, 'lm1/shop'), '.tmp');
  rmSync(own, { recursive: true });
  writeFileSync(join(folder, 'lm1/shop/support~2ea.value'), header('quick'));
  rmSync(join(folder, 'lm1/shop/support~2ea.lock'), { recursive: true });
  assert.deepEqual(await slow, { conflict: true });
  assert.equal((await storage.get(KEY)).value, 'quick');
});

test('r30c_writers_that_break_each_others_locks_all_the_time_lose_no_increment', async () => {
  const folder = fresh();
  // Stores of their own share no queue: they meet at the lock, and 5 ms is too short for an honest writer.
  const stores = [1, 2, 3].map(() => fileStorage({ folder, lockTimeoutMs: 5 }));
  await stores[0].put(KEY, '0');
  const lock = join(folder, 'lm1/shop/support~2ea.lock');
  const breaker = setInterval(() => {
    for (const name of entriesOf(lock)) rmSync(join(lock, name), { recursive: true, force: true });
  }, 2);
  let acknowledged = 0;
  const increments = stores.map(async (storage) => {
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const { value, etag } = await storage.get(KEY);
      const answer = await storage
        .put(KEY, String(Number(value) + 1), { ifMatch: etag })
        .catch(() => ({ conflict: true }));
      if (!('conflict' in answer)) acknowledged += 1;
    }
  });
  await Promise.all(increments).finally(() => clearInterval(breaker));
  assert.ok(acknowledged > 0);
  assert.equal((await stores[0].get(KEY)).value, String(acknowledged));
});

test('r63_a_lock_that_stays_taken_is_an_error_and_not_a_hang', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder, lockTimeoutMs: 30 });
  await storage.put(KEY, 'old');
  const lock = join(folder, 'lm1/shop/support~2ea.lock');
  mkdirSync(lock);
  // Other writers take turns: the holder never grows stale.
  let turn = 0;
  const turns = setInterval(() => {
    const before = join(lock, `turn-${turn}`);
    turn += 1;
    mkdirSync(join(lock, `turn-${turn}`), { recursive: true });
    rmSync(before, { recursive: true, force: true });
  }, 5);
  mkdirSync(join(lock, 'turn-0'));
  await assert.rejects(storage.put(KEY, 'new'), { code: 'storage_error' }).finally(() => clearInterval(turns));
  assert.equal((await storage.get(KEY)).value, 'old');
});

test('r26_folders_and_files_are_for_the_owner_alone_whatever_the_umask', {
  skip: process.platform === 'win32',
}, async () => {
  const before = process.umask(0);
  try {
    const folder = join(fresh(), 'made', 'here');
    await fileStorage({ folder }).put(KEY, 'text');
    const mode = (path) => statSync(path).mode & 0o777;
    for (const made of [join(folder, '..'), folder, join(folder, 'lm1'), join(folder, 'lm1/shop')])
      assert.equal(mode(made), 0o700, made);
    assert.equal(mode(join(folder, 'lm1/shop/support~2ea.value')), 0o600);
  } finally {
    process.umask(before);
  }
});

test('r63_keys_outside_the_alphabet_are_refused_and_never_leave_the_folder', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder });
  const keys = [
    '',
    '/',
    '..',
    '../x',
    'a/../b',
    './a',
    'a//b',
    '/a',
    'a/',
    'A',
    'a.b',
    'a b',
    'a\\b',
    'a:b',
    'a\0',
    'é',
    `a/${'x'.repeat(201)}`,
    'con=',
  ];
  for (const key of keys) {
    for (const call of [() => storage.get(key), () => storage.put(key, 'x'), () => storage.delete(key)]) {
      await assert.rejects(call, { code: 'invalid_input' }, JSON.stringify(key));
    }
  }
  assert.deepEqual(readdirSync(folder), []);
});

test('r63_device_names_of_windows_are_never_file_names', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder });
  const keys = ['aux', 'com1/prn', 'con', 'con/nul', 'lpt9'];
  for (const key of keys) await storage.put(key, key);
  const names = readdirSync(folder, { recursive: true }).flatMap((path) => path.split('/'));
  assert.ok(
    names.every((name) => !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(name)),
    names.join(' '),
  );
  assert.deepEqual((await all(storage)).keys, keys);
  assert.deepEqual((await all(storage, 'con/')).keys, ['con/nul']);
});

test('r63_foreign_files_are_left_out_of_listings_and_left_alone', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder });
  await storage.put('lm1/shop/a', 'text');
  const foreign = ['README.md', '.DS_Store', 'Upper.value', 'con.value', 'plain', 'a=.value', 'b.value~'];
  for (const name of foreign) writeFileSync(join(folder, 'lm1', name), 'not ours');
  symlinkSync(folder, join(folder, 'lm1', 'loop'));
  assert.deepEqual((await all(storage)).keys, ['lm1/shop/a']);
  assert.deepEqual(
    foreign.map((name) => readFileSync(join(folder, 'lm1', name), 'utf8')),
    foreign.map(() => 'not ours'),
  );
});

test('r63_a_file_of_another_hand_is_an_error_without_its_contents', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder });
  await storage.put(KEY, 'text');
  const path = join(folder, 'lm1/shop/support~2ea.value');
  for (const bytes of ['', 'sk-secret-canary', Buffer.concat([Buffer.from(header('')), Buffer.from([0xff, 0xfe])])]) {
    writeFileSync(path, bytes);
    await assert.rejects(storage.get(KEY), (error) => {
      assert.equal(error.code, 'record_corrupt');
      assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /canary/);
      return true;
    });
  }
  assert.deepEqual(await storage.delete(KEY), { deleted: true });
});

test('r30c_an_edit_by_hand_changes_the_etag', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder });
  const { etag } = await storage.put(KEY, 'text');
  const path = join(folder, 'lm1/shop/support~2ea.value');
  writeFileSync(path, readFileSync(path, 'utf8').replace('text', 'edit'));
  assert.deepEqual(await storage.put(KEY, 'new', { ifMatch: etag }), { conflict: true });
  assert.equal((await storage.get(KEY)).value, 'edit');
});

test('r63_failures_of_the_file_system_keep_their_code_and_are_never_missing', async () => {
  const folder = fresh();
  const storage = fileStorage({ folder });
  mkdirSync(join(folder, 'lm1/shop/support~2ea.value'), { recursive: true });
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(storage.get(KEY), { code: 'EISDIR' });
  await assert.rejects(fileStorage({ folder: join(folder, 'file') }).get(KEY), { code: 'ENOTDIR' });
  await assert.rejects(fileStorage({ folder: join(folder, 'file') }).put(KEY, 'x'), { code: /^(ENOTDIR|EEXIST)$/ });
  await assert.rejects(storage.put('lm1/a', '\ud800'), { code: 'invalid_input' });
});

function header(value) {
  return `ductape-file 1 ${'ab'.repeat(16)}\n${value}`;
}

function draft(folder, text, name = TOKEN) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Everything in the folder that is neither a value nor a folder of keys. */
function leftovers(folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => /\.(tmp|lock)/.test(path));
}

/** Makes leftovers an hour old, so that no test has to wait. */
function age(folder) {
  const hourAgo = Date.now() / 1000 - 3600;
  for (const path of leftovers(folder)) utimesSync(join(folder, path), hourAgo, hourAgo);
}

function entriesOf(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function appearing(folder, ending) {
  for (;;) {
    const name = readdirSync(folder).find((entry) => entry.endsWith(ending));
    if (name !== undefined) return join(folder, name);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function exitOf(process) {
  return new Promise((resolve) => process.once('exit', resolve));
}

/** Runs the rewriting child, kills it once it has acknowledged some steps, and answers with the last one. */
async function killedAfter(steps, folder, from) {
  const writer = child('rewrite.mjs', folder, String(from));
  let lines = '';
  writer.stdout.setEncoding('utf8');
  writer.stdout.on('data', (text) => {
    lines += text;
    if (lines.split('\n').length > steps) writer.kill('SIGKILL');
  });
  await new Promise((resolve) => writer.once('close', resolve));
  return Number(lines.trimEnd().split('\n').at(-1));
}
