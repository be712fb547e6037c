// From the graph's log-probabilities to words, as decode.py does it: letter by letter, or by the best
// path through a lexicon (Viterbi). `scores` is [steps * symbols], row by row.

const BLANK = 0, SPACE = 1;

/** The text of the best symbol of each step, repeats merged and blanks dropped. */
export function greedy(scores, symbols) {
  let text = "", before = -1;
  for (let at = 0; at < scores.length; at += symbols.length) {
    const row = scores.subarray(at, at + symbols.length);
    const best = row.indexOf(Math.max(...row));
    if (best !== before) text += symbols[best];
    before = best;
  }
  return text.split(" ").filter(Boolean).join(" ");
}

/** The states of a lexicon: one between words, and each word's letters with blanks between them. */
function lexicon(words, symbols) {
  const places = new Map(symbols.map((symbol, place) => [symbol, place]));
  const states = [{ symbol: BLANK, word: -1, next: false, second: false }];
  const first = [], last = [];
  words.forEach((text, word) => {
    const letters = [...text].flatMap((letter) => (places.has(letter) ? [places.get(letter)] : []));
    first.push(states.length);
    letters.forEach((symbol, i) => {
      if (i) states.push({ symbol: BLANK, word, next: true, second: false });
      // A letter may follow the one before at once, unless both are the same.
      states.push({ symbol, word, next: i > 0, second: i > 0 && letters[i - 1] !== symbol });
    });
    last.push(states.length - 1);
  });
  return { states, first, ends: [0, ...last] };
}

/** The best state of each step; every path ends between words or at the end of one. */
function path(scores, width, { states, first, ends }, penalty) {
  const steps = scores.length / width, count = states.length;
  const back = Array.from({ length: steps }, () => new Int32Array(count));
  let total = new Float64Array(count).fill(-Infinity);
  total[0] = 0;
  const leaving = () => ends.reduce((best, end) => (total[end] > total[best] ? end : best), 0);
  for (let step = 0; step < steps; step += 1) {
    const row = scores.subarray(step * width, (step + 1) * width);
    const best = Float64Array.from(total), came = back[step];
    states.forEach(({ next, second }, here) => {
      came[here] = here;
      if (next && total[here - 1] > best[here]) [best[here], came[here]] = [total[here - 1], here - 1];
      if (second && total[here - 2] > best[here]) [best[here], came[here]] = [total[here - 2], here - 2];
    });
    for (const here of first) {
      if (total[0] - penalty > best[here]) [best[here], came[here]] = [total[0] - penalty, 0];
    }
    came[0] = leaving();
    best[0] = total[came[0]];
    total = best.map((value, here) =>
      value + (here ? row[states[here].symbol] : Math.max(row[BLANK], row[SPACE])));
  }
  const result = new Int32Array(steps);
  for (let step = steps - 1, state = leaving(); step >= 0; step -= 1) {
    result[step] = state;
    state = back[step][state];
  }
  return result;
}

const round = (value, digits) => Number(value.toFixed(digits));

/** The words that are sure enough, without fillers: { text, start, end, confidence }. */
export function search(scores, output) {
  const { symbols, words, fillers, penalty, threshold, seconds_per_step: pace } = output;
  const width = symbols.length;
  // No word is surer than its letters: silence is answered without a search.
  if (!scores.some((value, i) => i % width > SPACE && Math.exp(value) >= threshold)) return [];
  const known = lexicon(words, symbols);
  const states = path(scores, width, known, penalty);
  const found = [];
  for (let start = 0, end; start < states.length; start = end) {
    const { word } = known.states[states[start]];
    const peaks = new Map(); // of each letter's state
    for (end = start; end < states.length && known.states[states[end]].word === word; end += 1) {
      const { symbol } = known.states[states[end]];
      const score = scores[end * width + symbol];
      if (symbol !== BLANK) peaks.set(states[end], Math.max(score, peaks.get(states[end]) ?? -Infinity));
    }
    if (word < 0) continue;
    const mean = [...peaks.values()].reduce((sum, value) => sum + value, 0) / peaks.size;
    const [from, to] = [start, end].map((step) => round(step * pace, 2));
    found.push({ text: words[word], start: from, end: to, confidence: round(Math.exp(mean), 3) });
  }
  return found.filter(({ text, confidence }) => confidence >= threshold && !fillers.includes(text));
}
