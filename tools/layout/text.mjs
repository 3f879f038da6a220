// How wide words are: Arial (and Liberation Sans, which has the same widths), in thousandths of the font size.
// The drawing check (app/engine/picture.py) carries the same table, so that both agree on what fits.

const WIDTHS = new Map();
for (const [letters, width] of [
  ["ijl'|", 222], [' .,:;ftI/!()-', 290], ['r', 333], ['abdeghnopquL0123456789?_', 556], ['cksvxyzJ', 500],
  ['ABEKPSVXY&', 667], ['CDHNRUw', 722], ['GOQ', 778], ['mM', 833], ['W%', 940], ['TFZ', 611],
]) for (const letter of letters) WIDTHS.set(letter, width);

const LABEL_SIZE = 11;
const LINE_HEIGHT = 13.2;

export function textWidth(text, size) {
  let total = 0;
  for (const letter of text) total += WIDTHS.get(letter) ?? 560;
  return total * size / 1000;
}

/** The lines of a text that is broken between words so as not to pass `width`. */
export function wrap(text, width, size) {
  const lines = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  return lines;
}

/** Width and height of a label beside a symbol or a flow. */
export function labelSize(text, width = 90) {
  const lines = wrap(text, width, LABEL_SIZE);
  const widest = Math.max(...lines.map(line => textWidth(line, LABEL_SIZE)));
  return { width: Math.ceil(widest) + 6, height: Math.ceil(lines.length * LINE_HEIGHT) + 1 };
}
