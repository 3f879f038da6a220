// Which column and row each node gets: simulated annealing over the whole grid. A row is a slot of a lane
// (row = lane * slots + slot), a column a step from left to right.
import { MOST_COLUMNS, costOf } from './cost.mjs';
import { random } from './random.mjs';

const SPARE_SLOTS = 2, FEWEST_SLOTS = 5, MOST_SLOTS = 20;

/** How many rows a lane may use: as many as stand side by side in its fullest column, and a few to spare. */
export function slotsPerLane(model, order) {
  const level = new Int32Array(order.size), crowd = new Map();
  let most = 0;
  for (const vertex of order.sequence) {
    for (const left of order.before[vertex]) level[vertex] = Math.max(level[vertex], level[left] + 1);
  }
  for (const node of model.placed) {
    const key = `${node.lane}/${level[node.at]}`, count = (crowd.get(key) ?? 0) + 1;
    crowd.set(key, count);
    most = Math.max(most, count);
  }
  return Math.max(FEWEST_SLOTS, Math.min(MOST_SLOTS, most + SPARE_SLOTS));
}

/** A placement {cost, col, row} (typed arrays by vertex) found from this seed; the lower the cost the better. */
export function place(model, order, slots, seed, steps) {
  const chance = random(seed);
  const grid = firstPlacement(model, order, slots);
  const cost = costOf(model, order, slots);
  let current = cost(grid), best = { cost: current, col: grid.col.slice(), row: grid.row.slice() };
  for (let step = 0; step < steps; step++) {
    const heat = 40 * Math.pow(0.01, step / steps) + 0.05;
    const before = { col: grid.col.slice(), row: grid.row.slice() };
    move(model, order, slots, grid, chance);
    tightenBoxes(model, order, grid.col);
    if (isAllowed(model, order, grid)) {
      const candidate = cost(grid);
      if (candidate <= current || chance() < Math.exp((current - candidate) / heat)) {
        current = candidate;
        if (candidate < best.cost) best = { cost: candidate, col: grid.col.slice(), row: grid.row.slice() };
        continue;
      }
    }
    grid.col.set(before.col);
    grid.row.set(before.row);
  }
  return best;
}

/** Left borders as far right, right borders as far left as what they hold allows. */
export function tightenBoxes({ boxes }, order, col) {
  for (let index = boxes.length - 1; index >= 0; index--) {
    const { open, close } = boxes[index];
    let first = Infinity, last = -1;
    for (const vertex of order.after[open]) if (vertex !== close) first = Math.min(first, col[vertex]);
    for (const vertex of order.before[close]) last = Math.max(last, col[vertex]);
    col[open] = first - 1;
    col[close] = last + 1;
  }
}

/** Whether everything stands right of what leads to it, nothing on top of another, and no stranger within a box. */
export function isAllowed({ boxes, placed }, order, { col, row }) {
  for (let vertex = 0; vertex < order.size; vertex++) {
    if (col[vertex] < 0 || col[vertex] >= MOST_COLUMNS) return false;
    for (const next of order.after[vertex]) if (col[next] <= col[vertex]) return false;
  }
  const taken = new Set();
  for (const { at } of placed) {
    const cell = col[at] * 4096 + row[at];
    if (taken.has(cell)) return false;
    taken.add(cell);
  }
  for (const box of boxes) for (const node of box.strangers) {
    if (col[node.at] >= col[box.open] && col[node.at] <= col[box.close]) return false;
  }
  return true;
}

function firstPlacement({ placed }, order, slots) {
  const col = new Int32Array(order.size), row = new Int32Array(order.size), taken = new Set();
  const isFree = (column, place) => !taken.has(column * 4096 + place);
  for (const vertex of order.sequence) {
    for (const left of order.before[vertex]) col[vertex] = Math.max(col[vertex], col[left] + 1);
    if (vertex >= placed.length) continue;
    const base = placed[vertex].lane * slots;
    const neighbour = [...order.before[vertex]].find(left => left < placed.length && placed[left].lane === placed[vertex].lane);
    const wish = neighbour === undefined ? 1 : row[neighbour] - base;
    let slot;
    for (; ; col[vertex]++) {
      slot = [wish, ...Array(slots).keys()].find(free => isFree(col[vertex], base + free));
      if (slot !== undefined) break;
    }
    row[vertex] = base + slot;
    taken.add(col[vertex] * 4096 + row[vertex]);
  }
  return { col, row };
}

function move({ placed }, order, slots, { col, row }, chance) {
  const pick = count => (chance() * count) | 0;
  const side = () => (chance() < 0.5 ? -1 : 1);
  const kind = chance(), vertex = pick(placed.length), lane = placed[vertex].lane;
  const someRow = () => lane * slots + pick(slots);
  if (kind < 0.35) row[vertex] = someRow();
  else if (kind < 0.55) col[vertex] += side() * (1 + pick(2));
  else if (kind < 0.7) {
    col[vertex] += side();
    row[vertex] = someRow();
  } else if (kind < 0.8) swapRows(placed, { col, row }, someRow(), someRow(), chance() < 0.5 ? 0 : col[vertex]);
  else if (kind < 0.9) {
    const from = col[vertex], by = chance() < 0.6 ? -1 : 1;
    for (let other = 0; other < placed.length; other++) if (col[other] >= from) col[other] += by;
  } else {
    const other = pick(placed.length);
    if (other !== vertex && placed[other].lane === lane) {
      [col[vertex], col[other]] = [col[other], col[vertex]];
      [row[vertex], row[other]] = [row[other], row[vertex]];
    } else moveChain(placed, order, row, vertex, someRow());
  }
}

function swapRows(placed, { col, row }, one, two, from) {
  for (let vertex = 0; vertex < placed.length; vertex++) {
    if (col[vertex] < from) continue;
    if (row[vertex] === one) row[vertex] = two;
    else if (row[vertex] === two) row[vertex] = one;
  }
}

// A step and what follows it in the same row of the same lane change rows together.
function moveChain(placed, order, row, start, target) {
  const from = row[start];
  let vertex = start;
  for (let length = 0; vertex !== undefined && length < 8; length++) {
    row[vertex] = target;
    vertex = [...order.after[vertex]].find(next => next < placed.length && placed[next].lane === placed[start].lane && row[next] === from);
  }
}
