// Posting lists in, the best documents out.
import { eachPosting } from "./codec.js";

export class Ranker {
  constructor(numbers) {
    this.scores = new Float64Array(numbers);
    this.touched = new Int32Array(numbers);
  }
  // `parts`: [{lists: [[list, weight]]}]. A document's score is the sum over the parts of the best list of each part.
  // `keep(document)`: whether it may be found. Answers {total, best: [[document, score]], found}; `found` is used up
  // before the next call.
  rank(parts, limit, keep) {
    const { scores, touched } = this;
    let count = 0;
    const add = (document, worth) => {
      if (!scores[document]) touched[count++] = document;
      scores[document] += worth;
    };
    for (const { lists } of parts)
      if (lists.length === 1) {
        const [[list, weight]] = lists;
        eachPosting(list, (document, impact) => add(document, impact * weight));
      } else {
        const most = new Map();
        for (const [list, weight] of lists)
          eachPosting(list, (document, impact) => most.set(document, Math.max(most.get(document) || 0, impact * weight)));
        most.forEach((worth, document) => add(document, worth));
      }
    const best = [];
    let total = 0;
    const found = touched.subarray(0, count);
    for (const document of found) {
      const score = scores[document];
      scores[document] = 0;
      if (keep && !keep(document)) continue;
      found[total++] = document;
      if (best.length === limit) {
        const [other, least] = best[limit - 1];
        if (score < least || (score === least && document > other)) continue;
        best.pop();
      }
      let at = best.length;
      while (at && (best[at - 1][1] < score || (best[at - 1][1] === score && best[at - 1][0] > document))) at--;
      best.splice(at, 0, [document, score]);
    }
    return { total, best, found: found.subarray(0, total) };
  }
}
