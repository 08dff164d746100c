// Which known word a word was meant as.

// Edits between two words: letters put in, left out, changed, or two neighbours swapped (Damerau 1964); more than
// `most` is not told apart.
export const edits = (a, b, most) => {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let older = [], old = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(old[j] + 1, row[j - 1] + 1, old[j - 1] + (a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], older[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [older, old] = [old, row];
  }
  return old[b.length];
};

// Words of [[word, frequency]] near `typed`, best first: fewest edits, then most frequent.
export const near = (typed, vocabulary, most) =>
  vocabulary
    .map(([word, frequency]) => [word, edits(typed, word, most), frequency])
    .filter(([, distance]) => distance <= most)
    .sort((a, b) => a[1] - b[1] || b[2] - a[2] || (a[0] < b[0] ? -1 : 1))
    .map(([word]) => word);
