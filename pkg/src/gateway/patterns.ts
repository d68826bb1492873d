// Tags as tokens name them: exact, or with `*` for any text.

/** Whether one of the patterns is that of `tag`. */
export function matches(patterns: readonly string[], tag: string): boolean {
  return patterns.some((pattern) => (pattern.includes('*') ? matchesStars(pattern, tag) : pattern === tag));
}

/** Piece by piece from the left: no pattern takes longer than its length times that of the tag. */
function matchesStars(pattern: string, tag: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces.shift() ?? '';
  const last = pieces.pop() ?? '';
  if (!tag.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = tag.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return tag.length - last.length >= at && tag.endsWith(last);
}
