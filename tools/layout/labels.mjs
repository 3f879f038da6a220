// Where the names of events, gateways and flows stand: the best of several places beside each.
import { labelSize } from './text.mjs';

const OVER_SHAPE = 400, OVER_LABEL = 300, OVER_LINE = 150, OVER_LANE_LINE = 60, OVER_BOX = 200, AMBIGUOUS = 150;

/** {labels: Map of id -> {x, y, width, height}, trouble: how badly they lie}. */
export function placeLabels(model, grid, drawing) {
  const scene = sceneOf(model, grid, drawing), labels = new Map();
  const choose = (id, places) => {
    let best = null;
    for (const { place, penalty, ambiguity = 0 } of places) {
      const cost = trouble(scene, place) + penalty + ambiguity;
      if (!best || cost < best.cost) best = { place, cost, ambiguity };
    }
    scene.ambiguity += best.ambiguity;
    labels.set(id, best.place);
    scene.placed.push(best.place);
  };
  const named = [...model.nodes.values()].filter(node => node.name && node.kind !== 'task' && node.kind !== 'box');
  for (const node of [...named.filter(({ kind }) => kind === 'boundary'), ...named.filter(({ kind }) => kind !== 'boundary')]) {
    choose(node.id, placesBesideNode(node, drawing.boxes.get(node.id), grid.edgeEvents.get(node.id)));
  }
  for (const flow of model.flows) {
    if (flow.name && drawing.lines[flow.at]) choose(flow.id, placesAlongFlow(model, scene, flow, drawing.lines[flow.at]));
  }
  return { labels, trouble: total(scene) };
}

function sceneOf(model, grid, { boxes, lines, lanes }) {
  const segments = [];
  for (const flow of model.flows) for (let index = 1; index < (lines[flow.at]?.length ?? 0); index++) {
    segments.push({ from: lines[flow.at][index - 1], to: lines[flow.at][index], flow });
  }
  return {
    segments, placed: [], ambiguity: 0, laneLines: lanes.slice(1).map(([top]) => top),
    solid: [...model.nodes.values()].filter(node => node.kind !== 'box').map(node => boxes.get(node.id)),
    frames: model.boxes.map(box => boxes.get(box.id)),
  };
}

function placesBesideNode(node, shape, onTask) {
  const places = [], middle = shape.x + shape.width / 2, halfWay = shape.y + shape.height / 2;
  const right = shape.x + shape.width, below = shape.y + shape.height;
  for (const width of node.kind === 'boundary' ? [90, 120] : [90, 110, 130]) {
    const size = labelSize(node.name, width);
    const put = (x, y, penalty) => places.push({
      place: { x: Math.round(x), y: Math.round(y), ...size }, penalty: penalty + (width - 90) / 10,
    });
    if (node.kind === 'boundary') {
      if (onTask?.side === 'top') {
        put(shape.x - size.width, shape.y + 16 - size.height, 0);
        put(right + 2, shape.y + 16 - size.height, 3);
      } else if (onTask) {
        put(shape.x - size.width, shape.y + 20, 0);
        put(right + 1, shape.y + 20, 2);
        put(shape.x + 27, shape.y + 32, 5);
      } else {
        put(shape.x + 30, shape.y + 31, 0);
        put(shape.x + 30, shape.y - size.height + 4, 1);
        put(shape.x + 24, shape.y + 36, 2);
        put(shape.x - size.width + 10, shape.y + 34, 6);
      }
      continue;
    }
    const isGateway = node.kind === 'gateway', inset = isGateway ? 8 : 2;
    put(middle - size.width / 2, shape.y - 4 - size.height, isGateway ? 0 : 8);
    put(middle - size.width / 2, below + 4, isGateway ? 4 : 0);
    put(middle - size.width - 4, shape.y + inset - size.height, 12);
    put(middle + 5, shape.y + inset - size.height, 14);
    put(middle - size.width - 4, below - inset, 13);
    put(middle + 5, below - inset, 15);
    put(right + 4, halfWay - size.height - 3, 20);
    put(shape.x - size.width - 4, halfWay - size.height - 3, 20);
  }
  return places;
}

function placesAlongFlow(model, scene, flow, points) {
  const size = labelSize(flow.name, 80), places = [];
  for (let index = 1; index < points.length; index++) {
    const from = points[index - 1], to = points[index], isAcross = from.y === to.y;
    const length = Math.abs(from.x - to.x) + Math.abs(from.y - to.y), own = isAcross ? size.width : size.height;
    for (const away of [6, 14, 24, length / 2 - own / 2, length - own - 10]) {
      if (away < 0) continue;
      const base = (index - 1) * 6 + away / 12, ambiguity = isShared(scene, flow, from, to, away, own) ? AMBIGUOUS : 0;
      const put = (x, y, penalty) => places.push({
        place: { x: Math.round(x), y: Math.round(y), ...size }, penalty: base + penalty, ambiguity,
      });
      if (isAcross) {
        const x = to.x > from.x ? from.x + away : from.x - away - size.width, over = Math.max(0, away + own + 8 - length) * 2;
        put(x, from.y - size.height - 3, over);
        put(x, from.y + 4, over + 3);
      } else {
        const y = to.y > from.y ? from.y + away : from.y - away - size.height, over = Math.max(0, away + own - length) * 2;
        put(from.x + 4, y, over);
        put(from.x - size.width - 4, y, over + 2);
      }
    }
  }
  return places;
}

// Whether another way out of the same node runs along this stretch too, from `away` on for `own` pixels: a name there
// would not say which is meant.
function isShared(scene, flow, from, to, away, own) {
  const [along, beside] = from.y === to.y ? ['x', 'y'] : ['y', 'x'], onward = to[along] > from[along] ? 1 : -1;
  const one = from[along] + onward * away, two = from[along] + onward * (away + own);
  return scene.segments.some(segment => {
    if (segment.flow === flow || segment.flow.source !== flow.source) return false;
    if (segment.from[beside] !== from[beside] || segment.to[beside] !== from[beside]) return false;
    const start = Math.max(Math.min(one, two), Math.min(segment.from[along], segment.to[along]));
    const end = Math.min(Math.max(one, two), Math.max(segment.from[along], segment.to[along]));
    return end - start > 2;
  });
}

function trouble(scene, label) {
  let cost = 0;
  for (const shape of scene.solid) cost += overlap(label, shape) && OVER_SHAPE + overlap(label, shape);
  for (const other of scene.placed) cost += other !== label && overlap(label, other, 3) && OVER_LABEL + overlap(label, other, 3);
  for (const segment of scene.segments) if (touches(label, segment, 1)) cost += OVER_LINE;
  for (const y of scene.laneLines) if (y > label.y - 1 && y < label.y + label.height + 1) cost += OVER_LANE_LINE;
  for (const frame of scene.frames) {
    const isBeside = !overlap(label, frame);
    const isWithin = label.x > frame.x && label.x + label.width < frame.x + frame.width
      && label.y > frame.y && label.y + label.height < frame.y + frame.height;
    if (!isBeside && !isWithin) cost += OVER_BOX;
    const title = { x: frame.x + frame.width / 2 - 80, y: frame.y, width: 160, height: 24 };
    if (overlap(label, title)) cost += OVER_BOX;
  }
  return cost;
}

function total(scene) {
  return scene.placed.reduce((sum, label) => sum + trouble(scene, label), scene.ambiguity);
}

function overlap(one, two, margin = 0) {
  const width = Math.min(one.x + one.width, two.x + two.width) - Math.max(one.x, two.x) + margin;
  const height = Math.min(one.y + one.height, two.y + two.height) - Math.max(one.y, two.y) + margin;
  return Math.max(0, width) * Math.max(0, height);
}

function touches(area, { from, to }, margin) {
  return Math.max(from.x, to.x) > area.x - margin && Math.min(from.x, to.x) < area.x + area.width + margin
    && Math.max(from.y, to.y) > area.y - margin && Math.min(from.y, to.y) < area.y + area.height + margin;
}
