// What an element says beside its picture, read and written as one step of the modeller's own history, so that every
// change of the panel can be undone. `meant` keeps what was taken away on purpose: the server refuses any other loss.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil'

export { getBusinessObject, is }

const PERSON_TASKS = ['bpmn:UserTask', 'bpmn:ManualTask']

export const isPersonTask = (element) =>
  PERSON_TASKS.includes(getBusinessObject(element).$type) || getBusinessObject(element).$type === 'bpmn:Task'

export const eventOf = (element, type) =>
  (getBusinessObject(element).eventDefinitions || []).find((one) => one.$type === `bpmn:${type}EventDefinition`)

/** What an element or an event definition holds of one kind, such as spiffworkflow:Properties. */
export const extension = (holder, type) =>
  (holder.get('extensionElements')?.values || []).find((one) => one.$type === type)

export function property (element, name) {
  const all = extension(getBusinessObject(element), 'spiffworkflow:Properties')
  return all?.properties?.find((one) => one.name === name)?.value || ''
}

export class Model {
  constructor (modeler) {
    this.modeling = modeler.get('modeling')
    this.factory = modeler.get('bpmnFactory')
    this.modeler = modeler
    this.meant = new Map()
  }

  remember (holder, thing) { this.meant.set(`${holder.id}\n${thing}`, [holder.id, thing]) }

  create (type, attributes, parent) {
    const made = this.factory.create(type, attributes)
    if (parent) made.$parent = parent
    return made
  }

  set (element, properties) { this.modeling.updateProperties(element, properties) }

  setIn (element, holder, properties) { this.modeling.updateModdleProperties(element, holder, properties) }

  /** Put `value` in the place of the extension of that type; nothing there when it is null. */
  setExtension (element, holder, type, value) {
    const old = holder.get('extensionElements')
    const others = (old?.values || []).filter((one) => one.$type !== type)
    const values = value ? [...others, value] : others
    if (!values.length) { if (old) this.setIn(element, holder, { extensionElements: undefined }); return }
    const made = this.create('bpmn:ExtensionElements', { values }, holder)
    for (const one of values) one.$parent = made
    this.setIn(element, holder, { extensionElements: made })
  }

  setProperty (element, name, value) {
    const holder = getBusinessObject(element)
    const before = extension(holder, 'spiffworkflow:Properties')?.properties || []
    if ((before.find((one) => one.name === name)?.value || '') === value) return
    let kept = before
    if (!value) {
      kept = before.filter((one) => one.name !== name)
      this.remember(holder, name)
    }
    const copies = kept.map((one) => this.create('spiffworkflow:Property', { id: one.id, name: one.name, value: one.name === name ? value : one.value }))
    if (value && !before.some((one) => one.name === name)) copies.push(this.create('spiffworkflow:Property', { name, value }))
    const all = copies.length ? this.create('spiffworkflow:Properties', { properties: copies }) : null
    for (const one of copies) one.$parent = all
    this.setExtension(element, holder, 'spiffworkflow:Properties', all)
  }

  /** A text that stands in an extension element of its own, such as a message's payload. */
  setText (element, holder, type, value) {
    const tag = type.split(':')[1]
    if (!value) {
      const plain = tag[0].toLowerCase() + tag.slice(1)
      const kind = holder.$type.split(':')[1]
      if (kind.endsWith('EventDefinition')) this.remember(holder.$parent, `${kind[0].toLowerCase()}${kind.slice(1)}/${plain}`)
      else this.remember(holder, plain)
    }
    this.setExtension(element, holder, type, value ? this.create(type, { value }) : null)
  }

  setDocumentation (element, text) {
    const holder = getBusinessObject(element)
    const made = text ? [this.create('bpmn:Documentation', { text }, holder)] : []
    this.set(element, { documentation: made })
  }

  setOperator (element, name, parameters) {
    const holder = getBusinessObject(element)
    if (!name) { this.remember(holder, 'serviceTaskOperator'); this.setExtension(element, holder, 'spiffworkflow:ServiceTaskOperator', null); return }
    const list = Object.entries(parameters).map(([id, value]) => this.create('spiffworkflow:Parameter', { id, type: 'any', value }))
    const all = this.create('spiffworkflow:Parameters', { parameters: list })
    const operator = this.create('spiffworkflow:ServiceTaskOperator', { id: name, parameterList: all })
    all.$parent = operator
    for (const one of list) one.$parent = all
    this.setExtension(element, holder, 'spiffworkflow:ServiceTaskOperator', operator)
  }

  setTimer (element, kind, text) {
    const timer = eventOf(element, 'Timer')
    const made = text ? this.create('bpmn:FormalExpression', { body: text }, timer) : undefined
    const none = { timeDate: undefined, timeDuration: undefined, timeCycle: undefined }
    this.setIn(element, timer, { ...none, [kind]: made })
  }

  setCondition (element, text) {
    this.set(element, { conditionExpression: text ? this.create('bpmn:FormalExpression', { body: text }, getBusinessObject(element)) : undefined })
  }

  messages () {
    return this.modeler.getDefinitions().rootElements.filter((one) => one.$type === 'bpmn:Message')
  }

  setMessage (element, holder, name) {
    let found = this.messages().find((one) => one.name === name)
    if (name && !found) {
      const definitions = this.modeler.getDefinitions()
      found = this.create('bpmn:Message', { id: `message_${name.replace(/[^A-Za-z0-9]+/g, '_')}`, name }, definitions)
      this.setIn(element, definitions, { rootElements: [...definitions.rootElements, found] })
    }
    this.setIn(element, holder, { messageRef: found })
  }
}
