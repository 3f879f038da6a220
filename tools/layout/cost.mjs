// What a placement costs before anything is routed: length, bends, blocked cells, crossings, rows and columns used.

const ROW = 55, COLUMN = 60, PER_COLUMN = 14, PER_COLUMN_TO_GATEWAY = 9, PER_ROW = 12, BEND = 10, BLOCKED = 25;
export const MOST_COLUMNS = 512;
const EVEN = 1e-9;

/** A function {col, row} -> cost for this model. */
export function costOf(model, order, slots) {
  const { placed, laneNames, boxes } = model;
  const links = linksOf(model, order);
  const rowCount = laneNames.length * slots, rank = new Int32Array(rowCount), lines = linesFor(links.length);
  const occupied = new Uint8Array(MOST_COLUMNS * rowCount), taken = new Int32Array(placed.length);

  const countAcross = (place, from, to) => {
    let count = 0;
    for (let column = from; column <= to; column++) count += occupied[column * rowCount + place];
    return count;
  };
  const countDown = (column, one, two) => {
    let count = 0;
    for (let place = Math.min(one, two); place <= Math.max(one, two); place++) count += occupied[column * rowCount + place];
    return count;
  };

  return ({ col, row }) => {
    for (const cell of taken) occupied[cell] = 0;
    for (const { at } of placed) {
      taken[at] = col[at] * rowCount + row[at];
      occupied[taken[at]] = 1;
    }
    let cost = rankRows(rank, placed, row, slots) * ROW + Math.max(...col) * COLUMN;
    lines.count = 0;
    for (const link of links) {
      const { fromRow, toRow } = rowsOf(link, boxes, placed, row, slots);
      const fromCol = col[link.from], toCol = col[link.to], across = toCol - fromCol;
      const down = rank[toRow] - rank[fromRow], rows = Math.abs(down);
      if (link.isBack) cost += costBack(link, rows, fromCol, toCol, fromRow, toRow);
      else if (link.isFromEdge) {
        const away = rows === 0 ? 160 : down > 0 ? 14 * (rows - 1) : 22 + 14 * rows;
        const isBlocked = countDown(fromCol, fromRow, toRow) > 1;
        cost += 12 * across + away + BLOCKED * countAcross(toRow, fromCol, toCol - 1) + (isBlocked ? 10 * Math.max(0, rows - 1) : 0);
      } else {
        const length = (link.toGateway ? PER_COLUMN_TO_GATEWAY : PER_COLUMN) * across;
        addLine(lines, link, fromCol, toCol, rank[fromRow], rank[toRow]);
        if (rows === 0) cost += length + 45 * countAcross(fromRow, fromCol + 1, toCol - 1);
        else {
          const corner = (isGateway, column) => (isGateway ? (countDown(column, fromRow, toRow) > 1 ? 8 : 0) : 10);
          const early = BEND + corner(link.fromGateway, fromCol) + BLOCKED * countAcross(toRow, fromCol + 1, toCol - 1);
          const late = BEND + corner(link.toGateway, toCol) + BLOCKED * countAcross(fromRow, fromCol + 1, toCol - 1);
          cost += length + PER_ROW * rows + Math.min(early, late);
        }
      }
    }
    return cost + crossings(lines);
  };

  function costBack(link, rows, fromCol, toCol, fromRow, toRow) {
    const length = 12 * Math.abs(toCol - fromCol) + 14 * rows;
    if (rows === 0) return length + 45;
    return length + 12 + BLOCKED * Math.min(countAcross(fromRow, toCol, fromCol - 1), countAcross(toRow, toCol + 1, fromCol));
  }
}

function linksOf({ nodes, flows, boxes, placed }, order) {
  return flows.map(flow => {
    const source = nodes.get(flow.source), target = nodes.get(flow.target);
    const isOnTask = source.kind === 'boundary' && nodes.get(source.host).kind !== 'box';
    const boxOf = vertex => (vertex < placed.length ? null : boxes[(vertex - placed.length) >> 1]);
    const from = order.leaving(flow.source), to = order.entering(flow.target);
    return {
      from, to, isBack: flow.isBack, isFromEdge: isOnTask, fromGateway: source.kind === 'gateway', toGateway: target.kind === 'gateway',
      leavesBox: source.kind === 'box', fromBox: boxOf(from), toBox: boxOf(to),
    };
  });
}

// A flow from or to a box counts from the row of the box's own start or end; one from an event on its edge may choose.
function rowsOf(link, boxes, placed, row, slots) {
  const own = (box, type) => {
    const node = box.inner.find(inner => inner.parent === box.id && inner.type === type) ?? box.inner[0];
    return row[node.at];
  };
  let toRow = link.toBox ? own(link.toBox, 'bpmn:StartEvent') : row[link.to];
  let fromRow;
  if (!link.fromBox) fromRow = row[link.from];
  else if (link.leavesBox) fromRow = own(link.fromBox, 'bpmn:EndEvent');
  else {
    const { firstLane, lastLane } = link.fromBox;
    fromRow = Math.max(firstLane * slots, Math.min(lastLane * slots + slots - 1, toRow));
  }
  return { fromRow, toRow };
}

// Fills rank: the rows in use, counted from the top; an empty lane counts as one row. Returns how many there are.
function rankRows(rank, placed, row, slots) {
  const used = new Uint8Array(rank.length);
  for (const { at } of placed) used[row[at]] = 1;
  let count = 0;
  for (let lane = 0; lane < rank.length; lane += slots) {
    let isUsed = false;
    for (let place = lane; place < lane + slots; place++) {
      rank[place] = count;
      if (used[place]) {
        count++;
        isUsed = true;
      }
    }
    if (!isUsed) count++;
  }
  return count;
}

// The straight lines between cells, as columns of numbers: this is the innermost loop of the whole search.
function linesFor(most) {
  const numbers = () => new Float64Array(most);
  return { count: 0, source: numbers(), target: numbers(), left: numbers(), right: numbers(), start: numbers(), slope: numbers() };
}

function addLine(lines, link, fromCol, toCol, from, to) {
  const at = lines.count++;
  lines.source[at] = link.from;
  lines.target[at] = link.to;
  lines.left[at] = fromCol;
  lines.right[at] = toCol;
  lines.start[at] = from;
  lines.slope[at] = (to - from) / (toCol - fromCol);
}

function crossings({ count, source, target, left, right, start, slope }) {
  let cost = 0;
  for (let one = 0; one < count; one++) for (let two = one + 1; two < count; two++) {
    const from = Math.max(left[one], left[two]), to = Math.min(right[one], right[two]);
    if (from >= to || source[one] === source[two] || target[one] === target[two]) continue;
    const base = start[one] - start[two] - slope[one] * left[one] + slope[two] * left[two], tilt = slope[one] - slope[two];
    const atLeft = base + tilt * from, atRight = base + tilt * to;
    if (Math.abs(atLeft) < EVEN && Math.abs(atRight) < EVEN) cost += 20;
    else if (atLeft * atRight < -EVEN) cost += 22;
  }
  return cost;
}
