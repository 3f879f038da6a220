// Where a flow may leave its source and enter its target, and how gladly. Directions: 0 right, 1 down, 2 left, 3 up.

export const LEFTWARDS = 2;
const OFF_OWN_ROW = 60, DOWN_FROM_BOX = 300, BESIDE_EVENT = 200, NEVER = 9e9;

/** {starts: [{vertex, direction, cost}], goals: Map of vertex -> cost by direction of travel on arrival}. */
export function doorsOf(model, grid, flow) {
  const source = model.nodes.get(flow.source), target = model.nodes.get(flow.target);
  return { starts: startsOf(model, grid, flow, source), goals: goalsOf(model, grid, flow, target) };
}

function startsOf(model, grid, flow, source) {
  if (source.kind === 'box') {
    const frame = grid.frames.get(source.id), own = rowOfOwn(model, grid, frame, 'bpmn:EndEvent');
    return insideRows(grid, frame).map(row => ({
      vertex: at(grid, grid.xC[frame.close], row), direction: 0, cost: Math.abs(row - own) * OFF_OWN_ROW,
    }));
  }
  if (source.kind === 'boundary') {
    if (model.nodes.get(source.host).kind === 'box') return startsOnFrame(model, grid, flow, source);
    const { side, off, c, r } = grid.edgeEvents.get(source.id);
    return [{ vertex: at(grid, grid.xOff[c].get(off), r), direction: side === 'bottom' ? 1 : 3, cost: 0 }];
  }
  const { c, r } = grid.pos[source.at], vertex = at(grid, grid.xC[c], r);
  const isGateway = source.kind === 'gateway', isSplit = isGateway && model.flows.filter(other => other.source === source.id).length > 1;
  const upOrDown = isSplit ? 6 : isGateway || flow.isBack ? 60 : 180;
  const sides = source.kind === 'task' ? sidesTaken(grid, source) : [];
  const starts = [
    { vertex, direction: 0, cost: 0 },
    { vertex, direction: 1, cost: upOrDown + (sides.includes('bottom') ? BESIDE_EVENT : 0) },
    { vertex, direction: 3, cost: upOrDown + (sides.includes('top') ? BESIDE_EVENT : 0) },
  ];
  return flow.isBack ? [...starts, { vertex, direction: LEFTWARDS, cost: 150 }] : starts;
}

// An event on a box's edge takes a place on its right side, or else below; each place is taken once.
function startsOnFrame(model, grid, flow, event) {
  const frame = grid.frames.get(event.host), taken = new Set();
  for (const other of model.flows) {
    if (other === flow || !grid.paths[other.at]) continue;
    const source = model.nodes.get(other.source);
    if (source.id === event.host || source.host === event.host) taken.add(grid.paths[other.at][0]);
  }
  const right = insideRows(grid, frame).map(row => ({ vertex: at(grid, grid.xC[frame.close], row), direction: 0, cost: 0 }));
  const below = [];
  for (let column = frame.open + 1; column < frame.close; column++) {
    below.push({ vertex: at(grid, grid.xC[column], frame.bot), direction: 1, cost: DOWN_FROM_BOX });
  }
  return [...right, ...below].filter(start => !taken.has(start.vertex));
}

function goalsOf(model, grid, flow, target) {
  const goals = new Map();
  if (target.kind === 'box') {
    const frame = grid.frames.get(target.id), own = rowOfOwn(model, grid, frame, 'bpmn:StartEvent');
    for (const row of insideRows(grid, frame)) {
      goals.set(at(grid, grid.xC[frame.open], row), [Math.abs(row - own) * OFF_OWN_ROW, NEVER, NEVER, NEVER]);
    }
    return goals;
  }
  const { c, r } = grid.pos[target.at], sides = sidesTaken(grid, target);
  const isMerge = target.kind === 'gateway' && model.flows.filter(other => other.target === target.id).length > 1;
  const upOrDown = isMerge ? 6 : flow.isBack ? 40 : 230;
  goals.set(at(grid, grid.xC[c], r), [
    0, upOrDown + (sides.includes('top') ? BESIDE_EVENT : 0), 400, upOrDown + (sides.includes('bottom') ? BESIDE_EVENT : 0),
  ]);
  return goals;
}

function sidesTaken(grid, node) {
  return (grid.eventsOf.get(node.id) ?? []).map(event => grid.edgeEvents.get(event.id).side);
}

function rowOfOwn(model, grid, frame, type) {
  const node = model.placed.find(inner => inner.parent === frame.box.id && inner.type === type);
  return node ? grid.pos[node.at].r : frame.top + 1;
}

function insideRows(grid, frame) {
  const rows = [];
  for (let row = frame.top + 1; row < frame.bot; row++) if (!grid.rows[row].thin) rows.push(row);
  return rows;
}

function at(grid, line, row) {
  return line * grid.Y.length + grid.yC[row];
}
