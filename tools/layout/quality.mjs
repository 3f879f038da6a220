// How good a finished drawing is; the lower the better.

const UNROUTED = 5000, LABEL = 2, CROSSING = 60, BEND = 25, LENGTH = 0.06, WIDTH = 0.35, HEIGHT = 0.5;

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
  const quality = grid.unrouted * UNROUTED + trouble * LABEL + crossings * CROSSING + bends * BEND + length * LENGTH
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
