// The page from the first visit to the wrong key, as a reader of the demo goes through it.
import assert from 'node:assert/strict';

export const KEYS = { dev: 'made-up-dev-key-0123456789', prd: 'made-up-prd-key-9876543210' };

export async function flow({ report, page, seen, url }) {
  await report.check('the page opens and says that nothing is stored', async () => {
    await open(page, url);
    assert.equal(await page.locator('#stored-empty').isVisible(), true);
    assert.match(await page.locator('#key-shown').innerText(), /^lmk1\.•+$/);
  });

  await report.check('r26 creating a model stores a sealed record without either key', async () => {
    await page.getByRole('button', { name: 'Create model' }).click();
    await page.locator('#create-status[data-tone="good"]').waitFor();
    const record = await page.locator('#record').innerText();
    for (const key of Object.values(KEYS)) assert.equal(record.includes(key), false);
    const sealed = await page.locator('#record mark').allInnerTexts();
    assert.equal(sealed.length, 2);
    for (const text of sealed) assert.match(text, /^lm1\.k\.[a-z0-9]+\.[\w-]+$/);
    assert.match(await page.locator('#record .integrity').innerText(), /^LMR1\./);
    assert.match(await page.locator('#record-proof').innerText(), /2 API keys.* 0 found/);
  });

  await report.check('r26 what the store holds on disk is that record', async () => {
    const listed = await (await fetch(`${url}/api/storage?prefix=lm1/demo/`)).json();
    assert.deepEqual(listed, { keys: ['lm1/demo/support-bot'], cursor: null });
    const stored = await (await fetch(`${url}/api/storage/${encodeURIComponent(listed.keys[0])}`)).text();
    assert.equal(await page.locator('#record').textContent(), stored);
  });

  await report.check('r24 fetch shows hints, never a key', async () => {
    const view = await page.locator('#view').innerText();
    for (const [slug, key] of Object.entries(KEYS)) {
      assert.equal(view.includes(key), false);
      assert.ok(view.includes(`…${key.slice(-4)}`), slug);
    }
    assert.deepEqual(await page.locator('[data-key-status]').allInnerTexts(), ['sealed', 'sealed']);
  });

  await report.check('r4 the same tag again is already_exists', async () => {
    await page.getByRole('button', { name: 'Create model' }).click();
    await page.locator('#create-status[data-tone="bad"]').waitFor();
    assert.match(await page.locator('#create-status').innerText(), /^already_exists: /);
  });

  await report.check('r6 a tag with a dot is stored, listed and deleted', async () => {
    await page.locator('#tag').fill('v1.5-bot');
    await page.getByRole('button', { name: 'Create model' }).click();
    await page.locator('#create-status[data-tone="good"]').waitFor();
    assert.equal(await page.locator('#stored-tag').inputValue(), 'v1.5-bot');
    assert.match(await page.locator('#record').innerText(), /"tag":"v1\.5-bot"/);
    await page.getByRole('button', { name: 'Delete this model' }).click();
    await page.waitForFunction(() => document.querySelector('#stored-tag').value === 'support-bot');
    await page.locator('#tag').fill('support-bot');
  });

  await report.check('r42 r43 r46 explain names value, source and what was shadowed', async () => {
    await page.locator('#explained').waitFor();
    const rows = await explainedRows(page);
    assert.deepEqual(rows.temperature.slice(0, 2), ['0.2', 'this call']);
    assert.match(rows.temperature[2], /0\.5 agent\s+0\.7 model/);
    assert.deepEqual(rows.maxTokens.slice(0, 2), ['1024', 'agent environment']);
    assert.match(rows.maxTokens[2], /4096 model/);
    assert.equal(rows.topP[0], 'not sent');
  });

  await report.check('r43 taking the call’s value away lets the agent win', async () => {
    await page.locator('#runtime-temperature').fill('');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.locator('tr[data-setting="temperature"] [data-layer="agent"]').waitFor();
    assert.equal((await explainedRows(page)).temperature[0], '0.5');
  });

  await report.check('r7 a temperature of 2.01 is refused with its code', async () => {
    await page.locator('#runtime-temperature').fill('2.01');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.locator('#overrides-status[data-tone="bad"]').waitFor();
    assert.match(await page.locator('#overrides-status').innerText(), /^invalid_\w+: /);
    await page.locator('#runtime-temperature').fill('0.2');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.locator('#explained').waitFor();
  });

  await report.check('r56 the answer streams in visible steps and says how it ended', async () => {
    const steps = await say(page, 'What does sealed mean?');
    assert.ok(steps.length >= 2, `${steps.length} steps`);
    const turn = await lastTurn(page);
    assert.match(turn, /does not open\./);
    assert.match(turn, /Finished: stop · \d+ tokens in, \d+ out · support-bot · dev/);
  });

  await report.check('r33 each environment calls with its own key', async () => {
    const sent = [];
    for (const slug of ['prd', 'dev']) {
      await page.locator('#chat-env').selectOption(slug);
      const [call] = await Promise.all([page.waitForRequest('**/mock/v1/chat/completions'), say(page, 'Hello there')]);
      sent.push((await call.allHeaders()).authorization);
    }
    assert.deepEqual(sent, [`Bearer ${KEYS.prd}`, `Bearer ${KEYS.dev}`]);
  });

  await report.check('r56 a tool call is shown with its arguments, runs, and is answered', async () => {
    await say(page, 'How is the weather in Lagos?');
    const turn = await lastTurn(page);
    assert.match(turn, /get_weather\(\{"city":"Lagos","unit":"celsius"\}\)[\s\S]*Finished: tool-calls/);
    assert.match(turn, /tool answers[\s\S]*It is 29 degrees[\s\S]*Finished: stop/);
  });

  await report.check('r57 Stop ends the stream and keeps what came', async () => {
    await page.locator('#message').fill('Tell me something long');
    await page.locator('#send').click();
    await page.waitForFunction(() => (document.querySelector('.turn:last-child .said')?.textContent ?? '').length > 20);
    await page.locator('#stop').click();
    await page.locator('.turn:last-child[data-state="done"]').waitFor();
    const turn = await lastTurn(page);
    assert.match(turn, /Stopped by you \(aborted\)/);
    assert.equal(turn.includes('never pressed'), false);
    assert.equal(await page.locator('#send').isEnabled(), true);
  });

  await report.check('a provider’s refusal is shown with its code', async () => {
    await say(page, 'Pretend it is a wrong api key');
    assert.match(await page.locator('.turn:last-child .problem').innerText(), /^auth_failed /);
    await say(page, 'Answer with a rate limit');
    assert.match(await page.locator('.turn:last-child .problem').innerText(), /^rate_limited /);
  });

  await report.check('r65 the Worker answers with a model of its own', async () => {
    await page.locator('#chat-where').selectOption('worker');
    const steps = await say(page, 'What does sealed mean?');
    assert.ok(steps.length >= 2, `${steps.length} steps`);
    assert.match(await lastTurn(page), /does not open\.[\s\S]*Finished: stop[\s\S]*the Worker · dev/);
    await page.locator('#chat-where').selectOption('page');
  });

  await report.check('a reload keeps the model and the key', async () => {
    const before = await page.locator('#record').textContent();
    await page.reload();
    await ready(page);
    assert.equal(await page.locator('#record').textContent(), before);
    await say(page, 'Hello there');
    assert.match(await lastTurn(page), /Finished: stop/);
  });

  await report.check('r29 a wrong product key is unknown_key and nothing is sent', async () => {
    await page.getByRole('button', { name: 'Use another key' }).click();
    await page.getByRole('button', { name: 'Make a new one' }).click();
    await page.locator('#key-status:not(:empty)').waitFor();
    const mark = seen.requests.length;
    await say(page, 'Hello there');
    assert.match(await page.locator('.turn:last-child .problem').innerText(), /^unknown_key /);
    assert.equal(
      seen.requests.slice(mark).some((request) => request.includes('/mock/')),
      false,
    );
    assert.match(await page.locator('#view .status').innerText(), /^unknown_key: /);
  });

  await report.check('r31 a weak product key is refused and the old one stays', async () => {
    const before = await page.evaluate(() => sessionStorage.getItem('ductape-product-key'));
    await page.getByRole('button', { name: 'Use another key' }).click();
    await page.locator('#key-input').fill('password');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.locator('#key-status[data-tone="bad"]').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.getItem('ductape-product-key')), before);
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await page.getByRole('button', { name: 'Use another key' }).click();
  });

  await report.check('r22 a model can be deleted, also one sealed with another key', async () => {
    await page.getByRole('button', { name: 'Delete this model' }).click();
    await page.locator('#stored-empty').waitFor();
  });
}

export async function open(page, url) {
  await page.goto(url);
  await ready(page);
}

async function ready(page) {
  await page.locator('html[data-ready="true"]').waitFor();
}

/** Sends a message and waits for the answer's end; returns the lengths at which the answer was seen growing. */
export async function say(page, text) {
  const turns = await page.locator('.turn').count();
  await page.evaluate(() => {
    globalThis.growth = [];
    new MutationObserver(() => {
      const said = [...document.querySelectorAll('.turn:last-child .said')].map((piece) => piece.textContent).join('');
      const { length } = said;
      if (length > 0 && globalThis.growth.at(-1) !== length) globalThis.growth.push(length);
    }).observe(document.querySelector('#transcript'), { childList: true, subtree: true, characterData: true });
  });
  await page.locator('#message').fill(text);
  await page.locator('#send').click();
  await page.waitForFunction((count) => document.querySelectorAll('.turn').length === count + 2, turns);
  await page.locator('.turn:last-child[data-state="done"]').waitFor();
  return page.evaluate(() => globalThis.growth);
}

function lastTurn(page) {
  return page.locator('.turn:last-child').innerText();
}

async function explainedRows(page) {
  return page
    .locator('#explained tbody tr')
    .evaluateAll((rows) =>
      Object.fromEntries(
        rows.map((row) => [row.dataset.setting, [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim())]),
      ),
    );
}
