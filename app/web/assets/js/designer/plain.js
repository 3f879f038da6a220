// The library's menus in the words of the outline, holding only what a pathway may hold: whoever draws is not offered
// what the checks refuse. Whatever is new is a task for a person, until somebody says otherwise.
const MENU = {
  'User task': 'Task for a person',
  'Manual task': 'Task for a person, outside the service',
  'Service task': 'Done by the system',
  'Script task': 'Worked out by the system',
  'Send task': 'Task that sends a message',
  'Receive task': 'Task that waits for a message',
  'Exclusive gateway': 'Decision: one way is taken',
  'Parallel gateway': 'At the same time: all ways',
  'Inclusive gateway': 'One or several ways',
  'Event-based gateway': 'Whatever comes first',
  'Call activity': 'Another pathway, called here',
  'Sub-process (collapsed)': 'Box of steps, folded',
  'Sub-process (expanded)': 'Box of steps',
  'Sub-process': 'Box of steps',
  'Start event': 'Start',
  'Message start event': 'Start by a message',
  'Intermediate throw event': 'Point on the way',
  'Message intermediate throw event': 'Sends a message',
  'Message intermediate catch event': 'Waits for a message',
  'Timer intermediate catch event': 'Waits for a time',
  'Escalation intermediate throw event': 'Tells the box around it',
  'End event': 'End',
  'Message end event': 'End that sends a message',
  'Terminate end event': 'End of all that still runs',
  'Error end event': 'End that breaks off the box around it',
  'Escalation end event': 'End that tells the box around it',
  'Timer boundary event': 'Meanwhile: a time that stops the step',
  'Timer boundary event (non-interrupting)': 'Meanwhile: a time, the step goes on',
  'Message boundary event': 'Meanwhile: a message that stops the step',
  'Message boundary event (non-interrupting)': 'Meanwhile: a message, the step goes on',
  'Error boundary event': 'Meanwhile: the box is broken off',
  'Escalation boundary event': 'Meanwhile: the box tells, and is stopped',
  'Escalation boundary event (non-interrupting)': 'Meanwhile: the box tells, and goes on',
  'Expanded pool/participant': 'Pathway with lanes',
  'Sequence flow': 'Way',
  'Default flow': 'The way when no other fits',
  'Conditional flow': 'Way with a condition'
}
const TITLES = {
  'Activate hand tool': 'Move the drawing',
  'Activate lasso tool': 'Select several',
  'Activate create/remove space tool': 'Make or take away room',
  'Activate global connect tool': 'Draw a way',
  'Create start event': 'Add a start',
  'Create intermediate/boundary event': 'Add a wait or an event',
  'Create end event': 'Add an end',
  'Create gateway': 'Add a decision',
  'Create task': 'Add a task for a person',
  'Create expanded sub-process': 'Add a box of steps',
  'Create pool/participant': 'Add a pathway with lanes',
  'Create element': 'Add anything',
  'Append end event': 'End after it',
  'Append gateway': 'Decision after it',
  'Append task': 'Task for a person after it',
  'Append intermediate/boundary event': 'Wait or event after it',
  'Append element': 'Anything after it',
  'Add text annotation': 'Note',
  'Change element': 'Change what it is',
  'Connect to other element': 'Draw a way to another',
  'Search in diagram': 'Find a step by its name',
  'Parallel multi-instance': 'For each, all at the same time',
  'Sequential multi-instance': 'For each, one after the other',
  Loop: 'Again and again',
  Gateways: 'Decisions and ways side by side',
  'Sub-processes': 'Boxes and other pathways',
  Events: 'Starts, ends, waits and messages',
  Participants: 'Pathways'
}
const OFFERED = new Set(Object.values(MENU))
const NOT_DRAWN = ['create.data-object', 'create.data-store', 'create.group']

const translate = (template, replacements = {}) =>
  (MENU[template] || TITLES[template] || template).replace(/{([^}]+)}/g, (all, key) => replacements[key] || all)

function Plain (popupMenu, palette, elementFactory) {
  const known = (entries) => Object.fromEntries(Object.entries(entries).filter(([, { label }]) => OFFERED.has(label)))
  for (const menu of ['bpmn-create', 'bpmn-append', 'bpmn-replace']) {
    popupMenu.registerProvider(menu, 500, { getPopupMenuEntries: () => known })
  }
  palette.registerProvider(500, {
    getPaletteEntries: () => (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => !NOT_DRAWN.includes(name)))
  })
  const create = elementFactory.create.bind(elementFactory)
  elementFactory.create = (kind, attributes = {}) =>
    create(kind, attributes.type === 'bpmn:Task' && !attributes.businessObject ? { ...attributes, type: 'bpmn:UserTask' } : attributes)
}
Plain.$inject = ['popupMenu', 'palette', 'elementFactory']

export default { __init__: ['plain'], plain: ['type', Plain], translate: ['value', translate] }
