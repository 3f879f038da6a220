// The drawing as BPMN DI, put into the file in place of the one that it has; nothing else of the file is touched.
import { depth } from './model.mjs';

const NAMESPACES = [
  'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"', 'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"',
  'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"', 'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0"',
].join(' ');
const BORDER = '#aab4c2', BANDS = ['#d9e6f5', '#ffffff'], LANE_NAME = '#1f2d3d', INNER_LANE_NAME = '#5b6773';
const POOL_X = 160, POOL_HEADER = 30, BOX_TITLE = 26;

/** The file's text with the drawing in it. */
export function draw(xml, model, drawing, labels) {
  const shapes = [...pool(model, drawing), ...rootLanes(model, drawing), ...nodes(model, drawing, labels), ...flows(model, drawing, labels)];
  const diagram = [
    `  <bpmndi:BPMNDiagram ${NAMESPACES} id="BPMNDiagram_1">`,
    `    <bpmndi:BPMNPlane id="BPMNPlane_1" bpmnElement="${escape(model.planeId)}">`,
    ...shapes, '    </bpmndi:BPMNPlane>', '  </bpmndi:BPMNDiagram>', '',
  ].join('\n');
  return xml
    .replace(/\s*<(\w+:)?BPMNDiagram\b[\s\S]*<\/(\w+:)?BPMNDiagram>\s*/g, '\n')
    .replace(/(<\/(\w+:)?definitions>\s*)$/, end => diagram + end);
}

function pool(model, { lanes, right }) {
  if (!model.poolId) return [];
  const top = lanes[0][0], bottom = lanes.at(-1)[1];
  return [shape(model.poolId, { x: POOL_X, y: top, width: right - POOL_X, height: bottom - top }, { attributes: ' isHorizontal="true"' })];
}

function rootLanes(model, { lanes, right }) {
  const x = POOL_X + (model.poolId ? POOL_HEADER : 0);
  return model.rootLanes.map(({ id }, index) => band(id, index, { x, y: lanes[index][0], width: right - x, height: lanes[index][1] - lanes[index][0] }, LANE_NAME));
}

function nodes(model, drawing, labels) {
  const drawn = [...model.nodes.values()].sort((a, b) => depth(model, a.parent) - depth(model, b.parent) || (a.kind === 'boundary') - (b.kind === 'boundary'));
  return drawn.flatMap(node => {
    const bounds = drawing.boxes.get(node.id);
    if (node.kind === 'box') return [shape(node.id, bounds, { attributes: ' isExpanded="true"' }), ...innerLanes(model, drawing, node, bounds)];
    const attributes = node.type === 'bpmn:ExclusiveGateway' ? ' isMarkerVisible="true"' : '';
    return [shape(node.id, bounds, { attributes, label: labels.get(node.id) })];
  });
}

// The bands of the lanes go on through a sub-process that has lanes of its own.
function innerLanes(model, { lanes }, box, bounds) {
  return box.lanes.flatMap(({ id, name }) => {
    const index = model.laneNames.indexOf(name);
    const top = Math.max(lanes[index][0], bounds.y + BOX_TITLE), bottom = Math.min(lanes[index][1], bounds.y + bounds.height);
    return bottom > top ? [band(id, index, { x: bounds.x, y: top, width: bounds.width, height: bottom - top }, INNER_LANE_NAME)] : [];
  });
}

function flows(model, drawing, labels) {
  return model.flows.filter(flow => drawing.lines[flow.at]).map(flow => {
    const points = drawing.lines[flow.at].map(({ x, y }) => `        <di:waypoint x="${Math.round(x)}" y="${Math.round(y)}"/>`);
    return [
      `      <bpmndi:BPMNEdge id="${escape(flow.id)}_di" bpmnElement="${escape(flow.id)}">`,
      ...points, ...labelLines(labels.get(flow.id)), '      </bpmndi:BPMNEdge>',
    ].join('\n');
  });
}

function band(id, index, bounds, nameColour) {
  const attributes = ` isHorizontal="true" color:background-color="${BANDS[index % 2]}" color:border-color="${BORDER}"`;
  return shape(id, bounds, { attributes, nameColour });
}

function shape(id, bounds, { attributes = '', label, nameColour }) {
  const colour = nameColour ? [`        <bpmndi:BPMNLabel color:color="${nameColour}"/>`] : [];
  return [
    `      <bpmndi:BPMNShape id="${escape(id)}_di" bpmnElement="${escape(id)}"${attributes}>`,
    `        ${boundsOf(bounds)}`, ...colour, ...labelLines(label), '      </bpmndi:BPMNShape>',
  ].join('\n');
}

function labelLines(label) {
  return label ? [`        <bpmndi:BPMNLabel>${boundsOf(label)}</bpmndi:BPMNLabel>`] : [];
}

function boundsOf({ x, y, width, height }) {
  return `<dc:Bounds x="${Math.round(x)}" y="${Math.round(y)}" width="${Math.round(width)}" height="${Math.round(height)}"/>`;
}

function escape(text) {
  return String(text).replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}
