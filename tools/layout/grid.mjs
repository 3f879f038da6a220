// The symbolic grid that flows are routed on: between two columns (and two rows) lie several tracks. Only tracks that
// are used get space later. A vertex is (x line, y line): v = x * Y.length + y.
import { depth } from './model.mjs';

const TRACKS = 7, TRACKS_WHEN_MANY = 9, MANY_FLOWS = 55;
const GAP = 9, CELL_WIDTH = 120, CELL_HEIGHT = 80;
const EDGE_EVENT_OFFSET = 45, EDGE_EVENT_STEP = 48;

/**
 * Everything that the router asks:
 * pos[at] = {c, r}: cell of a placed node; rows[r] = {lane, slot} or {lane, thin: 'top'|'bot'} (border of a box);
 * X, Y: lines, each with g and k (gap and track) or c/r (the middle of a column or row; X also with an offset o);
 * xC, yC: line of a column's or row's middle; xOff[c]: Map of offset -> line;
 * frames: Map of box id -> {box, open, close, top, bot} in columns and rows; edgeEvents: Map of id -> {side, off, c, r};
 * owner, border, region: what stands at, is drawn through, or lies around each vertex.
 */
export function makeGrid(model, slots, placement) {
  const columns = [...new Set(placement.col)].sort((a, b) => a - b);
  const columnAt = new Map(columns.map((column, index) => [column, index]));
  const grid = { C: columns.length, tracks: model.flows.length > MANY_FLOWS ? TRACKS_WHEN_MANY : TRACKS };
  const { rowOf, frames } = layRows(model, slots, placement, grid);
  grid.pos = model.placed.map(node => ({ c: columnAt.get(placement.col[node.at]), r: rowOf.get(placement.row[node.at]) }));
  grid.frames = new Map(frames.map(frame => [frame.box.id, {
    ...frame, open: columnAt.get(placement.col[frame.box.open]), close: columnAt.get(placement.col[frame.box.close]),
  }]));
  putEventsOnEdges(model, grid);
  drawLines(grid);
  markVertices(model, grid);
  return grid;
}

function layRows(model, slots, placement, grid) {
  const { placed, laneNames, boxes } = model;
  const used = new Set(placed.map(node => placement.row[node.at]));
  const lines = [];
  laneNames.forEach((_, lane) => {
    const own = [...Array(slots).keys()].map(slot => lane * slots + slot).filter(place => used.has(place));
    for (const slot of own.length ? own : [-1 - lane]) lines.push({ lane, slot });
  });
  const lineOf = new Map(lines.map((line, index) => [line.slot, index]));
  const frames = boxes.map(box => {
    const inner = box.inner.map(node => lineOf.get(placement.row[node.at]));
    return { box, level: depth(model, box.id), first: Math.min(...inner), last: Math.max(...inner) };
  });
  const rows = [], rowOf = new Map();
  const border = (line, which, edge, sign) => {
    const here = frames.filter(frame => frame[edge] === line);
    for (const level of [...new Set(here.map(frame => frame.level))].sort((a, b) => sign * (a - b))) {
      rows.push({ lane: lines[line].lane, thin: which });
      for (const frame of here) if (frame.level === level) frame[which] = rows.length - 1;
    }
  };
  lines.forEach((line, index) => {
    border(index, 'top', 'first', 1);
    rowOf.set(line.slot, rows.length);
    rows.push({ lane: line.lane, slot: line.slot });
    border(index, 'bot', 'last', -1);
  });
  grid.rows = rows;
  grid.R = rows.length;
  return { rowOf, frames };
}

function putEventsOnEdges({ nodes, flows, boundaries }, grid) {
  grid.edgeEvents = new Map();
  grid.eventsOf = new Map();
  grid.offsets = Array.from({ length: grid.C }, () => new Set([0]));
  for (const event of boundaries) grid.eventsOf.set(event.host, [...(grid.eventsOf.get(event.host) ?? []), event]);
  for (const [host, events] of grid.eventsOf) {
    if (nodes.get(host).kind === 'box') continue;
    const cell = grid.pos[nodes.get(host).at], count = { top: 0, bottom: 0 };
    for (const event of events) {
      const target = nodes.get(flows.find(flow => flow.source === event.id)?.target);
      const isUpwards = target && target.kind !== 'box' && grid.pos[target.at].r < cell.r;
      const side = isUpwards ? 'top' : 'bottom';
      const off = EDGE_EVENT_OFFSET - EDGE_EVENT_STEP * count[side]++;
      grid.edgeEvents.set(event.id, { side, off, ...cell });
      grid.offsets[cell.c].add(off);
    }
  }
}

// Provisional coordinates serve the router's sense of length alone.
function drawLines(grid) {
  const { C, R, rows, tracks } = grid;
  Object.assign(grid, { X: [], Y: [], xC: [], yC: [], xOff: [] });
  let at = 0;
  for (let c = 0; c <= C; c++) {
    for (let k = 0; k < tracks; k++) grid.X.push({ g: c, k, x: at += GAP });
    if (c === C) break;
    const isBorder = !grid.pos.some(cell => cell.c === c), width = isBorder ? 10 : CELL_WIDTH;
    grid.xOff.push(new Map());
    for (const off of [...grid.offsets[c]].sort((a, b) => a - b)) {
      if (off === 0) grid.xC[c] = grid.X.length;
      grid.xOff[c].set(off, grid.X.length);
      grid.X.push({ c, o: off, x: at + GAP + width / 2 + off });
    }
    at += GAP + width;
  }
  grid.isBorderColumn = Array.from({ length: C }, (_, c) => !grid.pos.some(cell => cell.c === c));
  at = 0;
  for (let r = 0; r <= R; r++) {
    for (let k = 0; k < tracks; k++) grid.Y.push({ g: r, k, y: at += GAP });
    if (r === R) break;
    const height = rows[r].thin ? 8 : CELL_HEIGHT;
    grid.yC[r] = grid.Y.length;
    grid.Y.push({ r, y: at + GAP + height / 2 });
    at += GAP + height;
  }
}

function markVertices({ placed }, grid) {
  const { X, Y, xC, yC, xOff, pos } = grid, height = Y.length, count = X.length * height;
  grid.owner = new Array(count).fill(null);
  grid.border = new Array(count).fill(null);
  grid.region = new Array(count).fill(null);
  for (const frame of [...grid.frames.values()].sort((a, b) => a.level - b.level)) {
    const left = xC[frame.open], right = xC[frame.close], top = yC[frame.top], bottom = yC[frame.bot];
    for (let x = left; x <= right; x++) for (let y = top; y <= bottom; y++) {
      const isEdge = x === left || x === right || y === top || y === bottom;
      (isEdge ? grid.border : grid.region)[x * height + y] = frame.box.id;
    }
  }
  for (const node of placed) {
    const { c, r } = pos[node.at];
    for (const line of xOff[c].values()) grid.owner[line * height + yC[r]] = node.id;
  }
}
