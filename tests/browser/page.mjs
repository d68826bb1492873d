// What the page's tests do again and again, in any browser.

export const KEYS = { dev: 'made-up-dev-key-0123456789', prd: 'made-up-prd-key-9876543210' };

export async function open(page, url) {
  await page.goto(url);
  await ready(page);
}

export async function ready(page) {
  await page.locator('html[data-ready="true"]').waitFor();
}

export async function view(page, name) {
  await page.locator(`#to-${name}`).click();
  await page.locator(`#${name}:not([hidden])`).waitFor();
}

/** The example on the mock, stored and in view. */
export async function storeExample(page) {
  await page.getByRole('button', { name: 'Support bot, on the mock' }).click();
  await page.locator('#list-status[data-tone="good"]').waitFor();
}

/** Puts a stored model in view. */
export async function show(page, tag) {
  await page.locator(`[data-tag="${tag}"]`).click();
  await page.waitForFunction(
    (title) => document.querySelector('#model-form-title').textContent === title,
    `Edit ${tag}`,
  );
}

export async function status(page, id, tone = 'good') {
  const line = page.locator(`#${id}[data-tone="${tone}"]:not(:empty)`);
  await line.waitFor();
  return line.innerText();
}

/** The group of one environment in the form. */
export function env(page, slug) {
  return page.locator(`fieldset[data-env="${slug}"]`);
}

/** Sends a message and waits for the answer's end; returns the lengths at which the answer was seen growing. */
export async function ask(page, text, meanwhile = async () => undefined) {
  const turns = await page.locator('.turn').count();
  await page.evaluate(() => {
    globalThis.growth = [];
    globalThis.growing?.disconnect();
    globalThis.growing = new MutationObserver(() => {
      const said = [...document.querySelectorAll('.turn:last-child .said')].map((piece) => piece.textContent).join('');
      if (said.length > 0 && globalThis.growth.at(-1) !== said.length) globalThis.growth.push(said.length);
    });
    const whole = { childList: true, subtree: true, characterData: true };
    globalThis.growing.observe(document.querySelector('#transcript'), whole);
  });
  await page.locator('#message').fill(text);
  await page.locator('#send').click();
  await page.waitForFunction((count) => document.querySelectorAll('.turn').length === count + 2, turns);
  await meanwhile();
  await page.locator('.turn:last-child[data-state="done"]').waitFor();
  await page.locator('#send:enabled').waitFor();
  return page.evaluate(() => globalThis.growth);
}

export function lastTurn(page) {
  return page.locator('.turn:last-child').innerText();
}

/** Answers the open question. */
export async function answer(page, name) {
  await page.locator('dialog[open]').getByRole('button', { name }).click();
  await page.locator('dialog:not([open])').waitFor({ state: 'attached' });
}

export async function moveTo(page, mode) {
  await page.locator('#place').evaluate((place) => {
    place.open = true;
  });
  await page.locator(`#places input[value="${mode}"]`).check();
  const names = { browser: 'this browser', sealed: 'this browser, write-only', gateway: 'the gateway' };
  await page.waitForFunction((name) => document.querySelector('#place-now').textContent === name, names[mode]);
}

/** Everything that a script can read as text: the DOM with its fields, Web Storage, and IndexedDB. */
export function everything(page) {
  return page.evaluate(async () => {
    const answer = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const texts = [document.documentElement.outerHTML, JSON.stringify({ ...localStorage, ...sessionStorage })];
    for (const field of document.querySelectorAll('input, textarea')) texts.push(field.value);
    for (const { name } of await indexedDB.databases()) {
      const database = await answer(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const values = await answer(database.transaction(store).objectStore(store).getAll());
        texts.push(JSON.stringify(values));
      }
      database.close();
    }
    return texts.join('\n');
  });
}
