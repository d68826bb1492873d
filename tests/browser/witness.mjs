// Watches a page for what must not happen: console errors, violations of the content security policy, requests to
// anywhere but the page's own origin. Also the requests that did happen.
const EXPECTED_STATUS = [
  // A missing record, a refused create, and the mock's two failures are answers, though Chromium logs them as errors.
  { path: '/api/storage', status: [404, 412] },
  { path: '/mock/v1/', status: [401, 429] },
  { path: '/v1/chat/completions', status: [429] },
];

export async function watch(context, origin) {
  const seen = { consoleErrors: [], violations: [], foreign: [], requests: [] };
  await context.exposeBinding('reportViolation', (_source, text) => seen.violations.push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      globalThis.lastViolation = `${event.violatedDirective} ${event.blockedURI}`;
      globalThis.reportViolation(globalThis.lastViolation);
    });
  });
  const answered = new Map();
  context.on('response', (response) => answered.set(response.url(), response.status()));
  context.on('request', (request) => {
    const url = new URL(request.url());
    seen.requests.push(`${request.method()} ${url.pathname}`);
    if (url.origin !== origin && url.protocol !== 'data:') seen.foreign.push(request.url());
  });
  context.on('weberror', (error) => seen.consoleErrors.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() !== 'error' || isExpected(message, answered)) return;
    seen.consoleErrors.push(`${message.text()} ${message.location().url}`);
  });
  return seen;
}

function isExpected(message, answered) {
  const { url } = message.location();
  if (!message.text().startsWith('Failed to load resource') || url === '') return false;
  const { pathname } = new URL(url);
  const status = Number(/status of (\d+)/.exec(message.text())?.[1] ?? answered.get(url));
  return EXPECTED_STATUS.some((expected) => pathname.startsWith(expected.path) && expected.status.includes(status));
}
