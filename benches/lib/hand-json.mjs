// JSON that grows, as one reads it by hand: a character at a time, into objects that are there already.

const SHORT = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** Answers with a function that takes more text and returns the value so far. */
export function growing() {
  const root = {};
  const stack = [root];
  let [key, piece, mode, isKey] = ['value', '', 'value', false];
  const put = (value) => {
    const top = stack.at(-1);
    if (Array.isArray(top)) top.push(value);
    else top[key] = value;
  };
  const replace = (value) => {
    const top = stack.at(-1);
    if (Array.isArray(top)) top[top.length - 1] = value;
    else top[key] = value;
  };
  const endWord = () => {
    put(JSON.parse(piece));
    [piece, mode] = ['', 'value'];
  };
  const between = (character) => {
    if (character === '{' || character === '[') {
      const value = character === '{' ? {} : [];
      put(value);
      stack.push(value);
      isKey = character === '{';
    } else if (character === '}' || character === ']') {
      stack.pop();
      isKey = false;
    } else if (character === ',') {
      isKey = !Array.isArray(stack.at(-1));
    } else if (character === ':') {
      isKey = false;
    } else if (character === '"') {
      mode = 'text';
      if (!isKey) put('');
    } else if (character > ' ') {
      [piece, mode] = [character, 'word'];
    }
  };
  const inText = (character) => {
    if (character === '\\') mode = 'escape';
    else if (character !== '"') piece += character;
    else {
      if (isKey) key = piece;
      else replace(piece);
      [piece, mode] = ['', 'value'];
    }
  };
  const escaped = (character) => {
    mode = character === 'u' ? 'unicode' : 'text';
    if (mode === 'text') piece += SHORT[character] ?? character;
  };
  let digits = '';
  return (text) => {
    for (let at = 0; at < text.length; at += 1) {
      const character = text[at];
      if (mode === 'text') inText(character);
      else if (mode === 'escape') escaped(character);
      else if (mode === 'unicode') {
        digits += character;
        if (digits.length === 4) {
          piece += String.fromCharCode(Number.parseInt(digits, 16));
          [digits, mode] = ['', 'text'];
        }
      } else if (mode === 'word' && !',]} \n\r\t'.includes(character)) piece += character;
      else {
        if (mode === 'word') endWord();
        between(character);
      }
    }
    if (mode === 'text' && !isKey) replace(piece);
    return root.value;
  };
}
