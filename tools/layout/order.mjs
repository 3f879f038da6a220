// Who must stand left of whom. Every placed node is a vertex; each box adds two: its left and its right border.
import { isInside } from './model.mjs';

/**
 * {size, before, after, sequence, leaving, entering}: `before[v]` and `after[v]` are Sets of vertices, `sequence` is a
 * topological order, `leaving(id)` and `entering(id)` the vertex that a flow out of or into a node hangs from.
 * Flows that lead back are marked (`flow.isBack`) and bind nothing. Boxes get `open` and `close`.
 */
export function leftToRight(model) {
  const { nodes, flows, boxes, placed } = model;
  const size = placed.length + 2 * boxes.length;
  boxes.forEach((box, index) => {
    box.open = placed.length + 2 * index;
    box.close = box.open + 1;
  });
  const vertex = side => id => {
    const node = nodes.get(id);
    if (node.kind === 'box') return node[side];
    return node.kind === 'boundary' ? vertex(side)(node.host) : node.at;
  };
  const order = {
    size, leaving: vertex('close'), entering: vertex('open'),
    before: Array.from({ length: size }, () => new Set()), after: Array.from({ length: size }, () => new Set()),
  };
  const link = (left, right) => {
    order.after[left].add(right);
    order.before[right].add(left);
  };
  markFlowsBack(model);
  for (const flow of flows) if (!flow.isBack) link(order.leaving(flow.source), order.entering(flow.target));
  for (const box of boxes) {
    link(box.open, box.close);
    for (const node of box.inner) {
      link(box.open, node.at);
      link(node.at, box.close);
    }
    for (const other of boxes) if (isInside(model, other, box.id)) {
      link(box.open, other.open);
      link(other.close, box.close);
    }
  }
  for (const box of boxes) keepNeighboursLeft(model, order, box, link);
  order.sequence = topological(order);
  return order;
}

function markFlowsBack({ nodes, flows }) {
  const leaving = new Map([...nodes.keys()].map(id => [id, []]));
  for (const flow of flows) {
    const source = nodes.get(flow.source);
    leaving.get(source.kind === 'boundary' ? source.host : source.id).push(flow);
  }
  const OPEN = 1, DONE = 2, state = new Map();
  const visit = id => {
    state.set(id, OPEN);
    for (const flow of leaving.get(id)) {
      if (state.get(flow.target) === OPEN) flow.isBack = true;
      else if (!state.has(flow.target)) visit(flow.target);
    }
    state.set(id, DONE);
  };
  const reached = new Set(flows.map(flow => flow.target));
  const starts = [...nodes.values()].filter(node => node.kind !== 'boundary');
  for (const node of [...starts.filter(node => !reached.has(node.id)), ...starts]) if (!state.has(node.id)) visit(node.id);
}

// What runs beside a box in one of its lanes goes to its left, so that no box has a stranger in it.
function keepNeighboursLeft(model, order, box, link) {
  const { boxes, placed } = model;
  const isAfter = reachable(order, box.close), isFromOpen = reachable(order, box.open);
  for (const node of placed) {
    const isInLanes = node.lane >= box.firstLane && node.lane <= box.lastLane;
    if (isInLanes && !box.inner.includes(node) && !isAfter.has(node.at) && !isFromOpen.has(node.at)) link(node.at, box.open);
  }
  for (const other of boxes) {
    if (other === box || isInside(model, other, box.id) || isInside(model, box, other.id)) continue;
    const shareLanes = other.firstLane <= box.lastLane && box.firstLane <= other.lastLane;
    if (shareLanes && !isAfter.has(other.open) && !reachable(order, other.close).has(box.open)) link(other.close, box.open);
  }
}

function reachable(order, from) {
  const seen = new Set([from]), queue = [from];
  while (queue.length) for (const next of order.after[queue.pop()]) if (!seen.has(next)) {
    seen.add(next);
    queue.push(next);
  }
  return seen;
}

function topological({ size, before, after }) {
  const waitingFor = before.map(set => set.size), sequence = [], queue = [];
  waitingFor.forEach((count, vertex) => { if (!count) queue.push(vertex); });
  while (queue.length) {
    const vertex = queue.shift();
    sequence.push(vertex);
    for (const next of after[vertex]) if (--waitingFor[next] === 0) queue.push(next);
  }
  if (sequence.length !== size) throw new Error('The order of the steps cannot be told: a sub-process leads back into itself.');
  return sequence;
}
