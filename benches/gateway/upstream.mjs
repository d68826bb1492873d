// A provider that answers at once, in a process of its own: `node upstream.mjs` prints its port. A stream
// begins at once and goes on after 20 ms, so that a first byte that waits for more can be seen.
import { createServer } from 'node:http';

const ANSWER = JSON.stringify({
  id: 'a',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
});
const event = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const FIRST = event({ role: 'assistant', content: 'Hello' });
const REST = `${Array.from({ length: 20 }, (_, at) => event({ content: ` word${at}` })).join('')}${event({}, 'stop')}data: [DONE]\n\n`;

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    if (!JSON.parse(body).stream) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(ANSWER);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(FIRST);
    setTimeout(() => response.end(REST), 20);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.on('disconnect', () => process.exit(0));
