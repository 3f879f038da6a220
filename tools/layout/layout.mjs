// Lays out a BPMN file: lanes as bands, steps from left to right, flows on tracks between them. No files, no clock, no
// chance that is not seeded: the same file gives the same drawing, here and in the designer's "tidy up".
import { draw } from './draw.mjs';
import { geometry } from './geometry.mjs';
import { placeLabels } from './labels.mjs';
import { readModel } from './model.mjs';
import { leftToRight } from './order.mjs';
import { isAllowed, place, slotsPerLane, tightenBoxes } from './place.mjs';
import { measure } from './quality.mjs';
import { random } from './random.mjs';
import { route } from './route.mjs';

const SEED = 7919, POLISH_SEED = 4242, GIVE_UP = 50;

/** How much work goes into a drawing: placements tried, steps for each, and improvements tried on the routed drawing. */
export const EFFORTS = {
  quick: { seeds: 1, steps: 20000, polish: 0 },
  normal: { seeds: 4, steps: 80000, polish: 120 },
  best: { seeds: 8, steps: 150000, polish: 500 },
};

/**
 * {xml, bends, crossings, unrouted}: the file's text with a new drawing, everything else as it was.
 * Throws an Error with a sentence when the file cannot be laid out.
 */
export async function layOut(xml, { seeds, steps, polish } = EFFORTS.normal) {
  const model = await readModel(xml), order = leftToRight(model), slots = slotsPerLane(model, order);
  const render = placement => {
    const grid = route(model, order, slots, placement), drawing = geometry(model, grid);
    const { labels, trouble } = placeLabels(model, grid, drawing);
    return { placement, drawing, labels, unrouted: grid.unrouted, ...measure(model, grid, drawing, trouble) };
  };
  const placements = Array.from({ length: seeds }, (_, index) => place(model, order, slots, (index + 1) * SEED, steps));
  const drawn = placements.sort((a, b) => a.cost - b.cost).slice(0, Math.max(3, seeds >> 1)).map(render);
  let best = drawn.reduce((one, two) => (two.quality < one.quality ? two : one));
  best = improve(model, order, slots, best, render, polish);
  return { xml: draw(xml, model, best.drawing, best.labels), bends: best.bends, crossings: best.crossings, unrouted: best.unrouted };
}

// Hill climbing on the routed drawing itself: this takes out most of the crossings that are left.
function improve(model, order, slots, start, render, tries) {
  const chance = random(POLISH_SEED);
  let best = start;
  for (let tried = 0, refused = 0; tried < tries && refused < tries * GIVE_UP;) {
    const candidate = { col: best.placement.col.slice(), row: best.placement.row.slice() };
    nudge(model, slots, candidate, chance);
    tightenBoxes(model, order, candidate.col);
    const isNew = candidate.col.some((column, at) => column !== best.placement.col[at]) || candidate.row.some((row, at) => row !== best.placement.row[at]);
    if (!isNew || !isAllowed(model, order, candidate)) {
      refused++;
      continue;
    }
    tried++;
    const drawing = render(candidate);
    if (drawing.quality < best.quality - 1) best = drawing;
  }
  return best;
}

function nudge({ placed }, slots, { col, row }, chance) {
  const pick = count => (chance() * count) | 0;
  const kind = chance(), vertex = pick(placed.length), lane = placed[vertex].lane;
  const someRow = () => lane * slots + pick(slots);
  if (kind < 0.4) row[vertex] = someRow();
  else if (kind < 0.6) col[vertex] += chance() < 0.5 ? -1 : 1;
  else if (kind < 0.75) {
    const from = col[vertex];
    for (let other = 0; other < col.length; other++) if (col[other] >= from && other !== vertex) col[other] -= 1;
  } else {
    const one = someRow(), two = someRow(), from = chance() < 0.6 ? 0 : col[vertex];
    for (let other = 0; other < placed.length; other++) {
      if (col[other] < from) continue;
      if (row[other] === one) row[other] = two;
      else if (row[other] === two) row[other] = one;
    }
  }
}
