// A BPMN file as what a drawing needs: nodes, flows, boxes (expanded sub-processes), lanes. Read with bpmn-moddle.
import { BpmnModdle } from 'bpmn-moddle';

const SIZES = { task: [150, 86], event: [36, 36], boundary: [36, 36], gateway: [50, 50], box: [0, 0] };

/**
 * nodes: Map of id -> {id, name, type, kind, parent, lane, width, height}, where kind is task, event, gateway, boundary
 *        (with `host`) or box, `parent` the id of the box around it or null, `lane` an index of `laneNames`;
 * flows: {id, name, source, target, parent}; boxes: the nodes of kind box, with `lanes` [{id, name}], `inner` (what is
 *        placed within), the lanes that they span and the `strangers` in those lanes; placed: what stands on the grid, `at` is its place in that list.
 * Throws an Error with a sentence when the file cannot be laid out.
 */
export async function readModel(xml) {
  const { rootElement: definitions } = await new BpmnModdle().fromXML(xml);
  const processes = (definitions.rootElements ?? []).filter(element => element.$type === 'bpmn:Process');
  if (processes.length !== 1) throw new Error('Only a file with one process can be laid out.');
  const [process] = processes;
  const collaboration = definitions.rootElements.find(element => element.$type === 'bpmn:Collaboration');
  const pool = collaboration?.participants?.find(participant => participant.processRef === process);

  const rootLanes = (process.laneSets ?? []).flatMap(set => set.lanes ?? []).map(({ id, name }) => ({ id, name }));
  const laneNames = rootLanes.map(lane => lane.name);
  const laneOf = readLanes(process, laneNames, new Map());
  if (!laneNames.length) laneNames.push(null);

  const model = {
    laneNames, rootLanes, poolId: pool?.id ?? null, planeId: pool ? collaboration.id : process.id,
    nodes: new Map(), flows: [], boxes: [],
  };
  readScope(model, process, null, null, laneOf);
  model.placed = [...model.nodes.values()].filter(node => node.kind !== 'box' && node.kind !== 'boundary');
  model.placed.forEach((node, at) => { node.at = at; });
  model.boundaries = [...model.nodes.values()].filter(node => node.kind === 'boundary');
  for (const box of model.boxes) measureBox(model, box);
  return model;
}

export function isInside(model, node, boxId) {
  for (let parent = node.parent; parent; parent = model.nodes.get(parent).parent) if (parent === boxId) return true;
  return false;
}

/** How many boxes stand around what has this parent. */
export function depth(model, parent) {
  let levels = 0;
  for (let id = parent; id; id = model.nodes.get(id).parent) levels++;
  return levels;
}

function readLanes(scope, laneNames, laneOf) {
  for (const set of scope.laneSets ?? []) for (const lane of set.lanes ?? []) {
    if (!laneNames.includes(lane.name)) laneNames.push(lane.name);
    for (const node of lane.flowNodeRef ?? []) laneOf.set(node.id, laneNames.indexOf(lane.name));
  }
  for (const element of scope.flowElements ?? []) if (element.flowElements) readLanes(element, laneNames, laneOf);
  return laneOf;
}

function readScope(model, scope, parent, laneAround, laneOf) {
  for (const element of scope.flowElements ?? []) {
    if (element.$instanceOf('bpmn:SequenceFlow')) {
      const { id, name, sourceRef, targetRef } = element;
      if (!sourceRef || !targetRef) throw new Error(`The flow ${id} has no source or no target.`);
      model.flows.push({ id, name, source: sourceRef.id, target: targetRef.id, parent, at: model.flows.length });
      continue;
    }
    if (!element.$instanceOf('bpmn:FlowNode')) continue;
    const lane = laneOf.get(element.id) ?? laneAround;
    const kind = kindOf(element), [width, height] = SIZES[kind];
    const node = { id: element.id, name: element.name ?? '', type: element.$type, kind, parent, lane: lane ?? 0, width, height };
    if (kind === 'boundary') {
      if (!element.attachedToRef) throw new Error(`The event "${node.name || node.id}" sits on nothing.`);
      node.host = element.attachedToRef.id;
    }
    model.nodes.set(node.id, node);
    if (kind !== 'box') continue;
    node.lanes = (element.laneSets ?? []).flatMap(set => set.lanes ?? []).map(({ id, name }) => ({ id, name }));
    model.boxes.push(node);
    readScope(model, element, node.id, lane, laneOf);
  }
}

function kindOf(element) {
  const is = type => element.$instanceOf(`bpmn:${type}`);
  if (is('SubProcess')) return 'box';
  if (is('BoundaryEvent')) return 'boundary';
  if (is('Event')) return 'event';
  return is('Gateway') ? 'gateway' : 'task';
}

function measureBox(model, box) {
  box.inner = model.placed.filter(node => isInside(model, node, box.id));
  if (!box.inner.length) throw new Error(`The sub-process "${box.name || box.id}" is empty.`);
  const lanes = box.inner.map(node => node.lane);
  box.firstLane = Math.min(...lanes);
  box.lastLane = Math.max(...lanes);
  box.strangers = model.placed.filter(node => node.lane >= box.firstLane && node.lane <= box.lastLane && !box.inner.includes(node));
}
