// The long things that calls carry.

const paragraph = 'The order 4711 was shipped on Monday; "express" was paid for.\nIt is on its way to Łódź. ';

/** A conversation of so many turns of so many paragraphs of 92 bytes, the user's first and, of an odd number, last. */
export function conversation(turns, paragraphs) {
  return Array.from({ length: turns }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: paragraph.repeat(paragraphs),
  }));
}

/** Tools with four parameters each. */
export function toolbox(count) {
  const text = (description) => ({ type: 'string', description });
  return Array.from({ length: count }, (_, at) => ({
    name: `tool_${at}`,
    description: `Looks into the ${at}th of the shop's systems and says what it finds there.`,
    parameters: {
      type: 'object',
      properties: {
        order: text('The number of the order.'),
        since: text('The first day to look at, as in 2026-11-23.'),
        most: { type: 'integer', minimum: 1, maximum: 100, description: 'How many to return.' },
        state: { type: 'string', enum: ['open', 'paid', 'shipped', 'returned'] },
      },
      required: ['order'],
    },
  }));
}

/** An object of so many items of about 106 characters. */
export function longObject(length) {
  const items = Array.from({ length }, (_, at) => ({
    id: at,
    name: `Article number ${at} of "the list"`,
    price: at * 1.25,
    tags: ['new', 'garden'],
    note: 'Grüße\n',
  }));
  return { items };
}

/** Arguments of about 50 kB, and their text in 2,559 fragments as models write them. */
export function longArguments() {
  const value = longObject(470);
  const text = JSON.stringify(value);
  return { value, bytes: text.length, fragments: split(text, 2559) };
}

/** A text in so many pieces of about the same length. */
export function split(text, count) {
  const at = (index) => Math.round((text.length * index) / count);
  return Array.from({ length: count }, (_, index) => text.slice(at(index), at(index + 1)));
}

/** The deltas of the streams that are measured: 2,000 words. */
export function words() {
  return Array.from({ length: 2000 }, (_, at) => ` word${at % 10}`);
}
