// From the grid to points on paper: only tracks that are used get space, columns and rows are as wide as what they hold.
import { labelSize, textWidth } from './text.mjs';

const TRACK = 14, MARGIN = 160, POOL_HEADER = 30, LANE_HEADER = 30, TOP = 80, BOX_TITLE = 26;
const CORNERS = 3;   // ways out of a gateway that each have a corner of their own; more share a line, and part later
const LANE_TEXT = 12, LANE_TEXT_MARGIN = 26;

/**
 * {boxes, lines, lanes, left, right, bottom}: `boxes` a Map of node id -> {x, y, width, height}; `lines[flow.at]` the
 * way points of a flow or null; `lanes` [top, bottom] of each lane. Whole pixels.
 */
export function geometry(model, grid) {
  const turns = grid.paths.map(path => path && cornersOf(path));
  const demand = demandOf(model, grid, turns);
  const across = spreadColumns(model, grid, turns, demand);
  const down = spreadRows(model, grid, turns, demand);
  const xs = across.xs.map(Math.round), ys = down.ys.map(Math.round);
  const drawing = {
    left: across.left, right: Math.round(across.right), bottom: Math.round(down.bottom), top: TOP,
    lanes: down.lanes.map(([top, bottom]) => [Math.round(top), Math.round(bottom)]), labelBelow: demand.labelBelow,
  };
  drawing.boxes = shapesAt(model, grid, turns, xs, ys);
  drawing.lines = model.flows.map(flow => turns[flow.at] && wayPoints(model, grid, drawing.boxes, flow, turns[flow.at], xs, ys));
  return drawing;
}

function cornersOf(path) {
  const isCorner = index => path[index] - path[index - 1] !== path[index + 1] - path[index];
  return path.filter((_, index) => index === 0 || index === path.length - 1 || isCorner(index));
}

// How much room names, symbols and lines ask for.
function demandOf(model, grid, turns) {
  const { C, R, pos, rows, Y } = grid;
  const demand = {
    columnWidth: new Array(C).fill(0), rowHeight: rows.map(row => (row.thin ? 0 : 50)), above: new Array(R).fill(0),
    below: new Array(R).fill(0), gapWidth: new Array(C + 1).fill(0), labelBelow: new Map(),
  };
  const raise = (list, index, value) => { list[index] = Math.max(list[index], value); };
  const ports = portsOf(model, turns, Y.length);
  for (const node of model.placed) {
    const { c, r } = pos[node.at];
    let width = node.width;
    if (node.kind !== 'task' && node.name) {
      const label = labelSize(node.name), used = ports.get(node.id) ?? new Set();
      const isBelow = node.kind === 'event' ? !used.has('bottom') || used.has('top') : used.has('top') && !used.has('bottom');
      demand.labelBelow.set(node.id, isBelow);
      width = Math.max(width, label.width * 0.86);
      raise(isBelow ? demand.below : demand.above, r, node.height / 2 + 5 + label.height - Math.max(50, node.height) / 2);
    }
    raise(demand.columnWidth, c, width);
    raise(demand.rowHeight, r, node.height);
  }
  for (const [id, { side, r }] of grid.edgeEvents) {
    const { name } = model.nodes.get(id), height = name ? labelSize(name).height : 0;
    raise(side === 'bottom' ? demand.below : demand.above, r, Math.max(22, height + 6));
  }
  for (const flow of model.flows) {
    const source = model.nodes.get(flow.source), corners = turns[flow.at];
    if (!flow.name || !corners || source.kind === 'box' || source.kind === 'boundary') continue;
    const target = model.nodes.get(flow.target), ways = model.flows.filter(other => other.source === flow.source).length;
    if (ways > CORNERS && target.kind !== 'box') raise(demand.gapWidth, pos[target.at].c, labelSize(flow.name, 80).width + 30);
    const { c } = pos[source.at];
    if (corners[0] % Y.length !== corners[1] % Y.length) continue;
    raise(demand.gapWidth, c + 1, labelSize(flow.name, 80).width + 22 - (demand.columnWidth[c] - source.width) / 2);
  }
  for (const frame of grid.frames.values()) {
    raise(demand.gapWidth, frame.open + 1, frame.box.lanes.length ? 52 : 24);
    for (const event of grid.eventsOf.get(frame.box.id) ?? []) {
      const start = turns[model.flows.find(flow => flow.source === event.id)?.at]?.[0], label = labelSize(event.name || ' ');
      if (start === undefined) continue;
      if (start % Y.length === grid.yC[frame.bot]) raise(demand.below, frame.bot, label.height + 16);
      else raise(demand.gapWidth, frame.close + 1, label.width + 32);
    }
  }
  return demand;
}

function portsOf(model, turns, height) {
  const ports = new Map(), opposite = { right: 'left', left: 'right', top: 'bottom', bottom: 'top' };
  const heading = (one, two) => (one % height === two % height ? (two > one ? 'right' : 'left') : two > one ? 'bottom' : 'top');
  const use = (id, side) => ports.set(id, (ports.get(id) ?? new Set()).add(side));
  for (const flow of model.flows) {
    const corners = turns[flow.at];
    if (!corners) continue;
    use(flow.source, heading(corners[0], corners[1]));
    use(flow.target, opposite[heading(corners.at(-2), corners.at(-1))]);
  }
  return ports;
}

function tracksUsed(turns, grid, isAcross) {
  const height = grid.Y.length, lines = isAcross ? grid.X : grid.Y, count = isAcross ? grid.C : grid.R;
  const of = vertex => (isAcross ? (vertex / height) | 0 : vertex % height);
  const used = Array.from({ length: count + 1 }, () => new Set());
  for (const corners of turns) for (let index = 1; index < (corners?.length ?? 0); index++) {
    const line = of(corners[index]);
    if (line === of(corners[index - 1]) && lines[line].g !== undefined) used[lines[line].g].add(line);
  }
  return used.map(tracks => [...tracks].sort((a, b) => a - b));
}

function spreadColumns(model, grid, turns, demand) {
  const { C, isBorderColumn, xOff } = grid, tracks = tracksUsed(turns, grid, true), xs = new Array(grid.X.length).fill(0);
  const left = MARGIN + (model.poolId ? POOL_HEADER : 0) + (model.rootLanes.length ? LANE_HEADER : 0);
  let x = left;
  for (let c = 0; c <= C; c++) {
    const isEdge = c === 0 || c === C, isAfterBorder = c > 0 && isBorderColumn[c - 1], isBeforeBorder = c < C && isBorderColumn[c];
    const isByBorder = isAfterBorder || isBeforeBorder, count = tracks[c].length;
    const spread = (count - 1) * TRACK;
    let width = count ? 2 * (!isEdge && isByBorder ? 18 : 20) + spread : isEdge ? 24 : isByBorder ? 30 : 36;
    width = Math.max(width, demand.gapWidth[c]) + (isAfterBorder ? 16 : 0);
    const first = x + (isAfterBorder ? 8 : 0) + width / 2 - spread / 2;
    tracks[c].forEach((line, index) => { xs[line] = first + index * TRACK; });
    x += width;
    if (c === C) break;
    const column = isBorderColumn[c] ? 2 : demand.columnWidth[c];
    for (const [off, line] of xOff[c]) xs[line] = x + column / 2 + off;
    x += column;
  }
  return { xs, left, right: x };
}

// Twice: lanes too low for their names are padded the second time.
function spreadRows(model, grid, turns, demand) {
  const padding = new Array(model.laneNames.length).fill(0), tracks = tracksUsed(turns, grid, false);
  stackRows(model, grid, turns, demand, tracks, padding).lanes.forEach(([top, bottom], lane) => {
    const name = model.laneNames[lane] ? textWidth(model.laneNames[lane], LANE_TEXT) : 0;
    padding[lane] = Math.max(0, (name + LANE_TEXT_MARGIN - (bottom - top)) / 2);
  });
  return stackRows(model, grid, turns, demand, tracks, padding);
}

function stackRows(model, grid, turns, demand, tracks, padding) {
  const { R, rows, yC } = grid, ys = new Array(grid.Y.length).fill(0), lanes = [];
  let y = TOP, laneTop = TOP;
  for (let r = 0; r <= R; r++) {
    const over = rows[r - 1], under = rows[r];
    const isLaneEnd = over && over.lane !== under?.lane, isLaneStart = under && under.lane !== over?.lane;
    if (over) y += demand.below[r - 1] + (isLaneEnd ? padding[over.lane] : 0);
    if (over?.thin === 'top') y += BOX_TITLE;
    if (over && under && over.lane !== under.lane) {
      const upper = tracksAbove(model, grid, turns, tracks[r], over.lane);
      tracks[r].slice(0, upper).forEach((line, index) => { ys[line] = y += index ? TRACK : 15; });
      y += upper ? 13 : 16;
      lanes.push([laneTop, y]);
      laneTop = y;
      tracks[r].slice(upper).forEach((line, index) => { ys[line] = y += index ? TRACK : 13; });
      y += tracks[r].length > upper ? 15 : 16;
    } else {
      tracks[r].forEach((line, index) => { ys[line] = y += index ? TRACK : 15; });
      y += tracks[r].length ? 15 : !over || !under ? 18 : over.thin || under.thin ? 12 : 24;
    }
    if (!under) break;
    y += demand.above[r] + (isLaneStart ? padding[under.lane] : 0);
    const height = under.thin ? 0 : demand.rowHeight[r];
    ys[yC[r]] = y + height / 2;
    y += height;
  }
  lanes.push([laneTop, y]);
  return { ys, lanes, bottom: y };
}

// How many of the tracks between two lanes belong to the upper one: those whose flows mostly touch it or what is above.
function tracksAbove(model, grid, turns, tracks, upperLane) {
  const height = grid.Y.length;
  const pull = tracks.map(track => {
    let upwards = 0;
    for (const flow of model.flows) {
      if (!turns[flow.at]?.some(vertex => vertex % height === track)) continue;
      for (const id of [flow.source, flow.target]) {
        const node = model.nodes.get(id);
        if (node.kind !== 'box') upwards += node.lane <= upperLane ? 1 : -1;
      }
    }
    return upwards;
  });
  let best = 0, bestGain = -Infinity;
  for (let count = 0; count <= tracks.length; count++) {
    const gain = pull.reduce((sum, value, index) => sum + (index < count ? value : -value), -Math.abs(count - tracks.length / 2) * 0.1);
    if (gain > bestGain) [best, bestGain] = [count, gain];
  }
  return best;
}

function shapesAt(model, grid, turns, xs, ys) {
  const { pos, xC, yC, frames, edgeEvents, Y } = grid, shapes = new Map();
  for (const { id, at, width, height } of model.placed) {
    shapes.set(id, { x: xs[xC[pos[at].c]] - width / 2, y: ys[yC[pos[at].r]] - height / 2, width, height });
  }
  for (const [id, { open, close, top, bot }] of frames) {
    const x = xs[xC[open]], y = ys[yC[top]];
    shapes.set(id, { x, y, width: xs[xC[close]] - x, height: ys[yC[bot]] - y });
  }
  for (const { id, host, width, height } of model.boundaries) {
    const around = shapes.get(host), onTask = edgeEvents.get(id), flow = model.flows.find(other => other.source === id);
    let x = around.x + around.width, y = around.y + around.height - 40;
    if (onTask) {
      x = around.x + around.width / 2 + onTask.off;
      y = around.y + (onTask.side === 'bottom' ? around.height : 0);
    } else if (turns[flow?.at]) {
      x = xs[(turns[flow.at][0] / Y.length) | 0];
      y = ys[turns[flow.at][0] % Y.length];
    }
    shapes.set(id, { x: x - width / 2, y: y - height / 2, width, height });
  }
  return shapes;
}

function wayPoints(model, grid, shapes, flow, corners, xs, ys) {
  const height = grid.Y.length;
  const points = corners.map(vertex => ({ x: xs[(vertex / height) | 0], y: ys[vertex % height] }));
  const clip = (point, next, id) => {
    if (model.nodes.get(id).kind === 'box') return;
    const shape = shapes.get(id);
    if (next.y === point.y) point.x = next.x > point.x ? shape.x + shape.width : shape.x;
    else point.y = next.y > point.y ? shape.y + shape.height : shape.y;
  };
  clip(points[0], points[1], flow.source);
  clip(points.at(-1), points.at(-2), flow.target);
  return points;
}
