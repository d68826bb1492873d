// What is said of a list of samples.

/** The middle of a list. */
export function median(list) {
  return quantile(list, 0.5);
}

/** The value below which a share of a list lies, between neighbours in proportion. */
export function quantile(list, share) {
  const sorted = list.toSorted((left, right) => left - right);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** Half of the samples lie within this share of the median: half the distance between the quartiles. */
export function spread(list) {
  const middle = median(list);
  return middle === 0 ? 0 : (quantile(list, 0.75) - quantile(list, 0.25)) / 2 / middle;
}
