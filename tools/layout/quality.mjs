// How good a finished drawing is; the lower the better.

const UNROUTED = 5000, LABEL = 2, CROSSING = 60, MEETING = 90, BEND = 25, LENGTH = 0.06, WIDTH = 0.35, HEIGHT = 0.5;

/** {quality, bends, crossings} of a drawing whose labels lie with this much trouble. */
export function measure(model, grid, drawing, trouble) {
  let bends = 0, length = 0;
  const segments = [];
  for (const flow of model.flows) {
    const points = drawing.lines[flow.at];
    if (!points) continue;
    bends += points.length - 2;
    for (let index = 1; index < points.length; index++) {
      length += Math.abs(points[index].x - points[index - 1].x) + Math.abs(points[index].y - points[index - 1].y);
      segments.push({ from: points[index - 1], to: points[index], flow });
    }
  }
  const crossings = countCrossings(segments);
  const quality = grid.unrouted * UNROUTED + trouble * LABEL + crossings * CROSSING + countMeetings(model, drawing) * MEETING + bends * BEND + length * LENGTH
    + (drawing.right - drawing.left) * WIDTH + (drawing.bottom - drawing.top) * HEIGHT;
  return { quality, bends, crossings };
}

function countCrossings(segments) {
  let count = 0;
  for (let first = 0; first < segments.length; first++) for (let second = first + 1; second < segments.length; second++) {
    const one = segments[first], two = segments[second];
    if (one.flow.source === two.flow.source || one.flow.target === two.flow.target) continue;
    const isAcross = segment => segment.from.y === segment.to.y;
    if (isAcross(one) === isAcross(two)) continue;
    const [across, down] = isAcross(one) ? [one, two] : [two, one];
    const x = down.from.x, y = across.from.y;
    const isMet = x > Math.min(across.from.x, across.to.x) && x < Math.max(across.from.x, across.to.x)
      && y > Math.min(down.from.y, down.to.y) && y < Math.max(down.from.y, down.to.y);
    if (isMet) count++;
  }
  return count;
}

// Two ways to one goal that come from opposite sides and turn at the same point look like one line from the first
// start to the second.
function countMeetings(model, drawing) {
  const turns = new Map();
  let count = 0;
  for (const flow of model.flows) {
    const points = drawing.lines[flow.at] ?? [];
    for (let index = 1; index + 1 < points.length; index++) {
      const { x, y } = points[index], before = points[index - 1], key = `${flow.target} ${x} ${y}`;
      const from = { x: Math.sign(before.x - x), y: Math.sign(before.y - y) }, others = turns.get(key) ?? [];
      count += others.filter(other => other.x === -from.x && other.y === -from.y).length;
      turns.set(key, [...others, from]);
    }
  }
  return count;
}
