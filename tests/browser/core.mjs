// What every browser must do: store a sealed model, explain it, stream an answer, stop one, run tools, keep the key.
import assert from 'node:assert/strict';
import { answer, ask, everything, KEYS, lastTurn, open, ready, storeExample, view } from './page.mjs';

export async function core({ report, page, url }) {
  await report.check('the page opens and says that nothing is stored', async () => {
    await open(page, url);
    assert.equal(await page.locator('#list-empty').isVisible(), true);
    assert.equal(await page.locator('#place-now').innerText(), 'this browser');
  });

  await report.check('r26 an example is stored sealed, beside the form, without either key', async () => {
    await storeExample(page);
    const record = await page.locator('#record').textContent();
    for (const key of Object.values(KEYS)) assert.equal(record.includes(key), false);
    const sealed = await page.locator('#record mark').allInnerTexts();
    assert.equal(sealed.length, 2);
    for (const text of sealed) assert.match(text.replaceAll(/\s/g, ''), /^lm1\.k\.[a-z0-9]+\.[\w-]+$/);
    assert.match(record, /^LMR1\.[a-z2-7]{10}\.[0-9a-f]{32}\.\{/);
    assert.deepEqual(await page.locator('#record-parts dt').allInnerTexts(), ['LMR1', 'kid', 'mac', 'json', 'lm1.k']);
  });

  await report.check('the product key is no text anywhere and cannot be exported', async () => {
    const texts = await everything(page);
    assert.equal(/lmk1\.|lms1\./.test(texts), false);
    for (const key of Object.values(KEYS)) assert.equal(texts.includes(key), false);
    assert.deepEqual(await productKeyFacts(page), {
      type: 'secret',
      extractable: false,
      exported: 'InvalidAccessError',
    });
  });

  await report.check('r42 r43 r46 explain names value, source and what was shadowed', async () => {
    await view(page, 'overrides');
    await page.locator('#explained').waitFor();
    const rows = await explainedRows(page);
    assert.deepEqual(rows.temperature.slice(0, 2), ['0.2', 'this call']);
    assert.match(rows.temperature[2], /0\.5 agent\s+0\.7 model/);
    assert.deepEqual(rows.maxTokens.slice(0, 2), ['1024', 'agent environment']);
    assert.match(rows.maxTokens[2], /2000 agent\s+4096 model/);
    assert.equal(rows.topP[0], 'not sent');
  });

  await report.check('r56 the answer streams in visible steps and says how it ended', async () => {
    await view(page, 'chat');
    await page.locator('#chat-tools').uncheck();
    const steps = await ask(page, 'What does sealed mean?');
    assert.ok(steps.length >= 2, `${steps.length} steps`);
    const turn = await lastTurn(page);
    assert.match(turn, /does not open\./);
    assert.match(turn, /Finished: stop · \d+ tokens in, \d+ out · served by support-bot \(mock-large, dev\)/);
  });

  await report.check('r57 Stop ends the stream and keeps what came', async () => {
    await ask(page, 'Tell me something long', async () => {
      await page.waitForFunction(() => (globalThis.growth.at(-1) ?? 0) > 20);
      await page.locator('#stop').click();
    });
    const turn = await lastTurn(page);
    assert.match(turn, /Stopped by you \(aborted\)/);
    assert.equal(turn.includes('never pressed'), false);
  });

  await report.check('r55b a tool is shown, asks first, runs, and is answered', async () => {
    await page.locator('#chat-tools').check();
    await ask(page, 'How is the weather in Lagos?');
    assert.match(await lastTurn(page), /get_weather called with .*Lagos[\s\S]*answered .*29[\s\S]*It is 29 degrees/);
    await ask(page, 'Please refund order 1042', () => answer(page, 'Run it'));
    assert.match(await lastTurn(page), /refund_order answered .*true[\s\S]*order 1042 is refunded/);
    await ask(page, 'Please refund order 1042', () => answer(page, 'Cancel'));
    assert.match(await lastTurn(page), /Nobody agreed, so nothing was refunded/);
  });

  await report.check('a reload keeps the models and the key', async () => {
    await view(page, 'models');
    const before = await page.locator('#record').textContent();
    await page.reload();
    await ready(page);
    assert.equal(await page.locator('#record').textContent(), before);
    await view(page, 'chat');
    await ask(page, 'Hello there');
    assert.match(await lastTurn(page), /Finished: stop/);
  });
}

export async function explainedRows(page) {
  return page
    .locator('#explained tbody tr')
    .evaluateAll((rows) =>
      Object.fromEntries(
        rows.map((row) => [row.dataset.setting, [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim())]),
      ),
    );
}

function productKeyFacts(page) {
  return page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open('ductape-page');
      request.onsuccess = () => resolve(request.result);
    });
    const key = await new Promise((resolve) => {
      const request = database.transaction('kept').objectStore('kept').get('product-key');
      request.onsuccess = () => resolve(request.result);
    });
    database.close();
    const exported = await crypto.subtle.exportKey('raw', key).then(
      () => 'yes',
      (error) => error.name,
    );
    return { type: key.type, extractable: key.extractable, exported };
  });
}
