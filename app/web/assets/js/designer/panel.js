// The details of the element that is selected, in plain English first; expressions stand behind "Advanced".
import { eventOf, extension, getBusinessObject, is, isPersonTask, property } from './model.js'
import { choice, expression, folded, make, text, tick } from './fields.js'
import { dueFields, lengthFields } from './due.js'
import { choiceFields } from './deciding.js'
import { findingsOf } from './findings.js'

// The words of the outline (services/workbench/outlining.py): one thing has one name on both pages.
const KINDS = {
  UserTask: 'Task for a person',
  ManualTask: 'Task for a person, outside the service',
  Task: 'Task for a person',
  ScriptTask: 'Worked out by the system',
  ServiceTask: 'Done by the system',
  SendTask: 'Sends a message',
  ReceiveTask: 'Waits for a message',
  SubProcess: 'Box of steps',
  CallActivity: 'Another pathway, called here',
  ExclusiveGateway: 'Decision',
  InclusiveGateway: 'One or several ways',
  ParallelGateway: 'At the same time',
  EventBasedGateway: 'Whatever comes first',
  StartEvent: 'Start',
  EndEvent: 'End',
  IntermediateCatchEvent: 'Waits',
  IntermediateThrowEvent: 'Sends a message',
  BoundaryEvent: 'Meanwhile',
  SequenceFlow: 'Way',
  Lane: 'Lane: who does what stands in it',
  Participant: 'Pathway',
  Process: 'Pathway',
  TextAnnotation: 'Note',
  MessageFlow: 'Message between pathways'
}
const listed = (value) => value.split(',').map((one) => one.trim()).filter(Boolean)

export const kindOf = (element) => {
  const type = getBusinessObject(element).$type.split(':')[1]
  return KINDS[type] || type
}

export class Panel {
  constructor (place, model, known, ask) {
    Object.assign(this, { place, model, known, ask, element: null, findings: [], due: {}, open: false })
  }

  /** Tells `keep` what is being typed into a field, and null once the field has been left. */
  whileTyping (keep) {
    this.place.addEventListener('input', ({ target }) => {
      if (this.element && target.labels?.length && target.matches('textarea, [type=text]')) keep({ element: this.idOf(this.element), field: target.labels[0].textContent, words: target.value })
    })
    this.place.addEventListener('change', () => keep(null))
  }

  /** Words that were kept, in their field again, as if they had just been typed. */
  takeUp ({ field, words }) {
    const box = [...this.place.querySelectorAll('textarea, [type=text]')].find((one) => one.labels?.[0]?.textContent === field)
    if (!box) return
    for (let one = box.closest('details'); one; one = one.parentElement.closest('details')) one.open = true
    box.value = words
    box.dispatchEvent(new Event('change', { bubbles: true }))
    box.focus()
  }

  show (element) {
    const typing = this.place.contains(document.activeElement) && document.activeElement
    if (typing && typing.matches('textarea, [type=text]')) typing.blur() // so that it is written where it belongs
    this.element = element?.type === 'label' ? element.labelTarget : element
    this.draw()
  }

  /** What the server said; a field that somebody is in is left alone. */
  tell (findings, due) {
    Object.assign(this, { findings, due })
    if (this.element && !this.place.contains(document.activeElement)) this.draw()
    else this.drawFindings()
  }

  drawFindings () {
    const id = this.element && this.idOf(this.element)
    this.found?.replaceChildren(...findingsOf(this.findings, id, (finding, reason) => this.accept(finding, reason)))
  }

  accept (finding, reason) {
    const lines = property(this.element, 'waived').split('\n').filter((one) => one && !one.startsWith(`${finding.rule}:`))
    this.model.setProperty(this.element, 'waived', [...lines, `${finding.rule}: ${reason}`].join('\n'))
    this.model.remember(getBusinessObject(this.element), 'waived')
  }

  idOf (element) {
    const own = getBusinessObject(element)
    return own.processRef?.id || own.id
  }

  draw () {
    const { element, place } = this
    if (!element || is(element, 'bpmn:Collaboration')) { place.replaceChildren(...this.nothing(!element)); return }
    const wasIn = place.contains(document.activeElement) && [...place.querySelectorAll('input,select,textarea,summary')].indexOf(document.activeElement)
    this.found = make('div', { class: 'app-designer-found' })
    this.open = place.querySelector('details')?.open ?? this.open
    const advanced = this.advanced().filter(Boolean)
    place.replaceChildren(
      make('h2', { class: 'govuk-heading-s', id: 'designer-kind' }, kindOf(element)),
      this.found, ...this.plain().flat(Infinity).filter(Boolean),
      ...(advanced.length ? [folded('Advanced', this.open, ...advanced)] : []))
    this.drawFindings()
    if (wasIn !== false && wasIn >= 0) place.querySelectorAll('input,select,textarea,summary')[wasIn]?.focus()
  }

  /** What stands here while no single element is selected. */
  nothing (several) {
    const number = this.model.modeler.get('selection').get().length
    const words = several
      ? `${number} elements are selected. Colour, align or move them together, or select one to see its details.`
      : 'Choose a step in the drawing. Here you then see who does it, when it is due and which duty it meets, and can change it.'
    return [
      make('h2', { class: 'govuk-heading-s' }, several ? 'Several' : 'Nothing is selected'),
      make('p', { class: 'govuk-body-s' }, words),
      make('p', { class: 'govuk-body-s' }, 'To change the steps themselves, drag a shape from the tools into the drawing, or select a step and choose “Add what follows”. Every change is saved by itself; Undo takes it back.')
    ]
  }

  redraw = () => setTimeout(() => this.draw())

  property (words, name, extra = {}) {
    return text(words, property(this.element, name), (value) => this.model.setProperty(this.element, name, value), extra)
  }

  expression (words, value, kind, write, extra = {}) {
    const names = () => [...this.known.names, ...this.known.functions.map((name) => ({ name: `${name}(`, words: '' })), ...this.known.rules.map(({ key, title }) => ({ name: key, words: title }))]
    return expression(words, value, kind, { ask: this.ask, names, ...extra }, (typed) => { write(typed); this.redraw() })
  }

  plain () {
    const { element, model } = this
    const own = getBusinessObject(element)
    const type = own.$type
    const named = is(element, 'bpmn:Lane')
      ? choice('Whose lane it is', own.name || '', this.known.roles.map(({ name }) => [name, name]), (name) => model.set(element, { name }))
      : is(element, 'bpmn:TextAnnotation')
        ? text('Words', own.text || '', (value) => model.set(element, { text: value }), { rows: 3 })
        : text('Name', own.name || '', (value) => model.set(element, { name: value || undefined }), { rows: is(element, 'bpmn:FlowElement') && !is(element, 'bpmn:SequenceFlow') ? 2 : undefined })
    return [
      named,
      isPersonTask(element) && this.person(),
      type === 'bpmn:StartEvent' && this.form(),
      eventOf(element, 'Timer') && this.timer(),
      this.message(),
      is(element, 'bpmn:SequenceFlow') && this.flow(),
      type === 'bpmn:CallActivity' && choice('Which pathway', own.calledElement || '', [['', 'Choose a pathway'], ...this.known.processes.map((key) => [key, key])], (key) => model.set(element, { calledElement: key })),
      is(element, 'bpmn:Activity') && !isPersonTask(element) && this.duties(),
      (is(element, 'bpmn:FlowNode') || is(element, 'bpmn:Process')) && text(isPersonTask(element) ? 'Instructions' : 'What it is for', own.documentation?.[0]?.text || '', (value) => model.setDocumentation(element, value), { rows: 4 })
    ].filter(Boolean)
  }

  person () {
    const { element, model } = this
    const lane = this.lane()
    const roles = this.known.roles.map(({ key, name }) => [key, name])
    const late = [['', 'Nothing more'], ['mark', 'It is marked as late'], ['escalate', 'It goes up the ladder of managers']]
    return [
      choice('Who does it', property(element, 'role'), [['', lane ? `Whoever’s lane it is: ${lane}` : 'Nobody yet'], ...roles], (key) => model.setProperty(element, 'role', key)),
      getBusinessObject(element).$type === 'bpmn:UserTask' && this.form(),
      ...dueFields(property(element, 'due'), this.due[this.idOf(element)], { known: this.known, none: 'No date', onChange: (value) => { model.setProperty(element, 'due', value); this.redraw() } }),
      property(element, 'due') || property(element, 'overdue')
        ? choice('What happens when it is late', property(element, 'overdue'), late, (value) => model.setProperty(element, 'overdue', value))
        : null,
      this.duties(),
      choice('Who agrees to the answers', property(element, 'sign_off'), [['', 'Nobody has to'], ...roles], (key) => model.setProperty(element, 'sign_off', key))
    ]
  }

  form () {
    return choice('Which form', property(this.element, 'form'), [['', 'No form'], ...this.known.forms.map(({ key, name }) => [key, name])], (key) => this.model.setProperty(this.element, 'form', key))
  }

  lane () {
    for (let one = getBusinessObject(this.element); one; one = one.$parent) {
      if (one.lanes?.length) return one.lanes[0].name
    }
    const holds = (lane) => (lane.flowNodeRef || []).includes(getBusinessObject(this.element))
    for (let one = getBusinessObject(this.element).$parent; one; one = one.$parent) {
      for (const set of one.laneSets || []) { const found = (set.lanes || []).find(holds); if (found) return found.name }
    }
    return ''
  }

  duties () {
    const { element, model } = this
    const chosen = listed(property(element, 'duty'))
    const keep = (all) => { model.setProperty(element, 'duty', all.join(', ')); this.redraw() }
    const words = (key) => this.known.duties.find((one) => one.key === key)?.words || 'This is not in the register.'
    const list = make('datalist', { id: 'designer-duties' }, ...this.known.duties.map(({ key, words: does }) => make('option', { value: key }, `${key} ${does}`)))
    return [
      list,
      text('Add a duty that it meets', '', (value) => { const key = value.split(' ')[0]; if (key && !chosen.includes(key)) keep([...chosen, key]) }, { list: 'designer-duties', hint: 'Type part of what the register says, or the number of the duty.' }),
      chosen.length
        ? make('ul', { class: 'govuk-list app-designer-duties' }, ...chosen.map((key) => make('li', {}, make('strong', {}, key), ` ${words(key)} `,
          make('a', { class: 'govuk-link', href: this.known.duty_address.replace('KEY', encodeURIComponent(key)), target: '_blank', rel: 'noopener' }, 'What it says', make('span', { class: 'govuk-visually-hidden' }, ` (${key}, opens in a new tab)`)), ' ',
          make('button', { type: 'button', class: 'app-link-button', on: { click: () => keep(chosen.filter((one) => one !== key)) } }, 'Remove', make('span', { class: 'govuk-visually-hidden' }, ` ${key}`)))))
        : null
    ]
  }

  timer () {
    const { element, model } = this
    const timer = eventOf(element, 'Timer')
    const kind = timer.timeDuration ? 'timeDuration' : timer.timeCycle ? 'timeCycle' : 'timeDate'
    const written = timer[kind]?.body || ''
    const write = (name) => (value) => { model.setTimer(element, name, value); this.redraw() }
    return [
      choice('What it waits for', kind, [['timeDate', 'A time limit or a date'], ['timeDuration', 'A length of time']], (name) => write(name)(name === 'timeDuration' ? '"P1D"' : '')),
      ...(kind === 'timeDate' ? dueFields(written, this.due[this.idOf(element)], { known: this.known, none: '', onChange: write('timeDate') }) : lengthFields(written, write(kind)))
    ]
  }

  messageHolder () {
    const own = getBusinessObject(this.element)
    return eventOf(this.element, 'Message') || (['bpmn:SendTask', 'bpmn:ReceiveTask'].includes(own.$type) ? own : null)
  }

  message () {
    const holder = this.messageHolder()
    if (!holder) return null
    return text('Which message', holder.messageRef?.name || '', (name) => { this.model.setMessage(this.element, holder, name); this.redraw() },
      { hint: `In this drawing: ${this.model.messages().map((one) => one.name).join(', ') || 'none yet'}.` })
  }

  flow () {
    const own = getBusinessObject(this.element)
    if (!this.isDecided()) return null
    const { source } = this.element
    const isDefault = getBusinessObject(source).default === own
    return [
      tick('The way when no other fits', isDefault, (on) => { this.model.set(source, { default: on ? own : undefined }); this.redraw() }),
      ...(isDefault ? [] : choiceFields(own.conditionExpression?.body || '', this.known.names, (value) => { this.model.setCondition(this.element, value); this.redraw() })),
      isDefault ? null : this.meaning(own.conditionExpression?.body || '')
    ]
  }

  /** A condition in words, as soon as the server has said them. */
  meaning (written) {
    const words = make('p', { class: 'govuk-body-s app-designer-due' }, written ? '…' : 'It is not said yet when this way is taken.')
    if (written) this.ask('condition', written).then((answer) => { words.textContent = answer?.meaning || answer?.sentences.join(' ') || '' })
    return words
  }

  isDecided () {
    const { source } = this.element
    return source && ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'].includes(getBusinessObject(source).$type)
  }

  advanced () {
    const { element, model } = this
    const own = getBusinessObject(element)
    const fields = []
    if (is(element, 'bpmn:SequenceFlow') && this.isDecided() && getBusinessObject(element.source).default !== own) {
      fields.push(this.expression('When this way is taken, as an expression', own.conditionExpression?.body || '', 'condition', (value) => model.setCondition(element, value)))
    }
    const timer = eventOf(element, 'Timer')
    if (timer) {
      const kind = timer.timeDuration ? 'timeDuration' : timer.timeCycle ? 'timeCycle' : 'timeDate'
      fields.push(this.expression(kind === 'timeDuration' ? 'How long it waits, as an expression' : 'Until when it waits, as an expression', timer[kind]?.body || '', kind === 'timeDuration' ? 'duration' : 'time', (value) => model.setTimer(element, kind, value)))
    }
    const write = (name) => (value) => model.setProperty(element, name, value)
    if (isPersonTask(element)) {
      fields.push(this.expression('Due, as an expression', property(element, 'due'), 'due', write('due')),
        this.expression('To whom it goes, as an expression', property(element, 'assign'), 'assign', write('assign')),
        this.property('Answers that later steps know', 'copy', { hint: 'Names of questions, with commas.' }),
        this.property('Earlier steps shown beside the form', 'builds_on', { hint: 'Ids of steps, with commas.' }))
    }
    if (own.$type === 'bpmn:ScriptTask') fields.push(this.expression('What it sets', own.script || '', 'script', (value) => model.set(element, { script: value, scriptFormat: own.scriptFormat || 'python' }), { rows: 4 }))
    if (own.$type === 'bpmn:ServiceTask') fields.push(...this.operator())
    const holder = this.messageHolder()
    if (holder) {
      const carrier = extension(holder, 'spiffworkflow:MessagePayload') || !holder.messageRef ? holder : holder.messageRef
      const payload = extension(carrier, 'spiffworkflow:MessagePayload')?.value || ''
      const variable = ['spiffworkflow:MessageVariable', extension(holder, 'spiffworkflow:MessageVariable') || !holder.messageRef ? holder : holder.messageRef]
      if (is(element, 'bpmn:ThrowEvent') || own.$type === 'bpmn:SendTask') fields.push(this.expression('What the message says', payload, 'payload', (value) => model.setText(element, carrier, 'spiffworkflow:MessagePayload', value), { rows: 4 }))
      else fields.push(text('The name under which the message is kept', extension(variable[1], variable[0])?.value || '', (value) => model.setText(element, variable[1], variable[0], value)))
    }
    if (is(element, 'bpmn:FlowNode')) fields.push(make('p', { class: 'govuk-body-s' }, 'Id: ', make('code', {}, own.id)))
    return fields
  }

  operator () {
    const operator = extension(getBusinessObject(this.element), 'spiffworkflow:ServiceTaskOperator')
    const now = Object.fromEntries((operator?.parameterList?.parameters || []).map(({ id, value }) => [id, value]))
    const name = operator?.id || ''
    return [
      choice('What the service does', name, [['', 'Choose'], ...Object.keys(this.known.operators).map((key) => [key, key.replaceAll('_', ' ')])], (key) => {
        this.model.setOperator(this.element, key, Object.fromEntries((this.known.operators[key] || []).map((id) => [id, now[id] || ''])))
        this.redraw()
      }),
      ...(this.known.operators[name] || []).map((id) => this.expression(id.replaceAll('_', ' '), now[id] || '', 'parameter', (value) => this.model.setOperator(this.element, name, { ...now, [id]: value })))
    ]
  }
}
