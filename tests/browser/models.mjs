// Models on the page: made, changed, rotated, rolled back, deleted.
import assert from 'node:assert/strict';
import { answer, env, everything, open, show, status, storeExample, view } from './page.mjs';

const TYPED = 'made-up-typed-key-5555555555';

export async function models({ report, page, url }) {
  await report.check('r26 r24 a typed key is sealed, leaves its field, and stands nowhere', async () => {
    await open(page, url);
    await startNew(page);
    await page.locator('#tag').fill('v1.5-bot');
    await page.locator('#name').fill('Typed bot');
    await page.locator('#model').fill('mock-small');
    const group = page.locator('fieldset.env');
    await group.locator('[data-field="slug"]').fill('stg');
    await group.locator('[data-field="baseUrl"]').fill(`${url}/mock/v1`);
    await group.locator('[data-field="apiKey"]').fill(TYPED);
    assert.equal(await group.locator('[data-field="apiKey"]').getAttribute('type'), 'password');
    await page.locator('#model-save').click();
    assert.match(await status(page, 'model-status'), /^Created v1\.5-bot, revision 1/);
    assert.match(await status(page, 'record-proof'), /key just typed.* 0 found/);
    assert.match(await env(page, 'stg').locator('.key-state').innerText(), /ends in …5555, fingerprint [0-9a-f]{8}/);
    assert.equal((await everything(page)).includes(TYPED), false);
  });

  await report.check('r4 the same tag again is already_exists, and the typed key is gone all the same', async () => {
    await startNew(page);
    await page.locator('#tag').fill('v1.5-bot');
    await page.locator('#name').fill('Again');
    await page.locator('#model').fill('mock-small');
    const group = page.locator('fieldset.env');
    await group.locator('[data-field="slug"]').fill('dev');
    await group.locator('[data-field="baseUrl"]').fill(`${url}/mock/v1`);
    await group.locator('[data-field="apiKey"]').fill(TYPED);
    await page.locator('#model-save').click();
    assert.match(await status(page, 'model-status', 'bad'), /^already_exists: .*emptied/s);
    assert.equal((await everything(page)).includes(TYPED), false);
    await show(page, 'v1.5-bot');
  });

  await report.check('r16 r17 an edit changes settings, adds an environment and turns one off', async () => {
    await page.locator('#model-temperature').fill('0.3');
    await page.locator('#description').fill('For typed keys');
    await env(page, 'stg').locator('input[type="checkbox"]').uncheck();
    await page.locator('#env-add').click();
    const added = page.locator('fieldset.env').nth(1);
    await added.locator('[data-field="slug"]').fill('dev');
    await added.locator('[data-field="baseUrl"]').fill(`${url}/mock/v1`);
    await page.locator('#model-save').click();
    assert.match(await status(page, 'model-status'), /^Saved v1\.5-bot, revision 2/);
    const record = await page.locator('#record').textContent();
    assert.match(record, /"temperature":0\.3/);
    assert.match(record, /"slug":"stg","active":false/);
    assert.match(record, /"slug":"dev","active":true/);
  });

  await report.check('r18 clearing a field clears it; a removed environment is gone', async () => {
    await page.locator('#description').fill('');
    await env(page, 'dev').getByRole('button', { name: 'Remove' }).click();
    await page.locator('#model-save').click();
    assert.match(await status(page, 'model-status'), /revision 3/);
    const [current] = (await page.locator('#record').textContent()).split('\n');
    assert.equal(/"description"/.test(current), false);
    assert.equal(/"slug":"dev"/.test(current), false);
  });

  await report.check('r17 a key is rotated alone: another envelope, everything else as it was', async () => {
    const before = await page.locator('#record mark').first().innerText();
    await env(page, 'stg').locator('[data-field="apiKey"]').fill('made-up-rotated-key-7777777');
    await env(page, 'stg').getByRole('button', { name: 'Rotate key' }).click();
    assert.match(await status(page, 'model-status'), /^Rotated the key of v1\.5-bot, revision 4/);
    assert.match(await env(page, 'stg').locator('.key-state').innerText(), /ends in …7777/);
    assert.notEqual(await page.locator('#record mark').first().innerText(), before);
    assert.equal((await everything(page)).includes('made-up-rotated-key'), false);
  });

  await report.check('r20 another server asks for the key again', async () => {
    await env(page, 'stg').locator('[data-field="baseUrl"]').fill('https://elsewhere.example/v1');
    await page.locator('#model-save').click();
    assert.match(await status(page, 'model-status', 'bad'), /^key_reentry_required: /);
  });

  await report.check('history shows what changed; a rollback is a new revision', async () => {
    await page.reload();
    await page.locator('html[data-ready="true"]').waitFor();
    await show(page, 'v1.5-bot');
    assert.match(await page.locator('#history li').first().innerText(), /now/);
    await page.getByRole('button', { name: 'Roll back to 1' }).click();
    assert.match(await status(page, 'history-status'), /revision 1 are back/);
    await page.waitForFunction(() => document.querySelector('#model-temperature').value === '');
    assert.match(await env(page, 'stg').locator('.key-state').innerText(), /ends in …7777/);
  });

  await report.check('r70 Check key asks the provider and says what it found', async () => {
    await env(page, 'stg').getByRole('button', { name: 'Check key' }).click();
    const line = env(page, 'stg').locator('.status[data-tone="good"]');
    await line.waitFor();
    assert.match(await line.innerText(), /^ok after \d+ ms/);
  });

  await report.check('r22 deleting asks first, names the agents, and then the record is gone', async () => {
    await storeExample(page);
    await show(page, 'v1.5-bot');
    await page.locator('#model-delete').click();
    await answer(page, 'Cancel');
    assert.equal(await page.locator('[data-tag="v1.5-bot"]').count(), 1);
    await page.locator('#model-delete').click();
    await answer(page, 'Delete');
    assert.match(await status(page, 'list-status'), /^Deleted v1\.5-bot/);
    assert.equal(await page.locator('[data-tag="v1.5-bot"]').count(), 0);
    assert.equal((await everything(page)).includes('v1~2e5-bot'), false);
  });

  await report.check('a start for a real provider fills the form and stores nothing', async () => {
    await page.getByRole('button', { name: 'Anthropic: fill the form' }).click();
    await page.waitForFunction(() => document.querySelector('#tag').value === 'claude-sonnet');
    assert.equal(await page.locator('[data-tag="claude-sonnet"]').count(), 0);
    await page.locator('[data-tag="support-bot"]').click();
    await view(page, 'models');
  });
}

/** A form for a new model has the focus in its first field. */
async function startNew(page) {
  await page.locator('#model-new').click();
  await page.waitForFunction(() => document.activeElement.id === 'tag');
}
