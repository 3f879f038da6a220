// The details of the part that is selected: the same questions as on its page without a script, asked by the server.
// What is answered is taken over at once where it can be, and said where it cannot.
import { showWhenAsked } from '../conditions.js'

const PAUSE = 500
const NOT_SET = new Set(['id', 'components', 'layout', '_parent', '_path'])

function partsOf (holder, found = new Map()) {
  for (const one of holder.components || []) {
    found.set(one.id, one)
    partsOf(one, found)
  }
  return found
}

function changesOf (before, after) {
  const changes = {}
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!NOT_SET.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name])) changes[name] = after[name]
  }
  return changes
}

const valueOf = (input) => (input.type === 'checkbox' || input.type === 'radio' ? input.checked : input.value)

export class Panel {
  constructor (page, { editor, saving, isOpen }) {
    Object.assign(this, { page, editor, saving, isOpen, asked: 0, follows: new Set(), part: null, unsent: null })
    this.place = page.querySelector('[data-panel]')
    this.heading = page.querySelector('#panel-heading')
    const modeling = editor.get('modeling')
    editor.get('commandStack').registerHandler('form.change', class {
      preExecute ({ changes }) { for (const [part, properties] of changes) modeling.editFormField(part, properties) }
    })
    // No listener gives anything back: the editor takes that for the last word, and its own listeners would not be told.
    editor.on('selection.changed', ({ selection }) => { this.show(selection?.type === 'default' ? null : selection) })
    editor.on('commandStack.formField.add.postExecuted', ({ context }) => { this.follows.add(context.formField.id) })
    editor.on('commandStack.changed', () => { if (!this.applying) this.again() })
    this.place.addEventListener('input', ({ target }) => { if (target.type !== 'checkbox' && target.tagName !== 'SELECT') this.later() })
    this.place.addEventListener('change', () => this.send(true))
    this.place.addEventListener('submit', (event) => event.preventDefault())
    window.addEventListener('online', () => this.show(this.part))
    this.place.addEventListener('click', ({ target }) => this.press(target.closest('[data-press]')?.dataset.press))
  }

  focus () { (this.place.querySelector('#label, #title, #words') || this.place).focus() }

  focusWhenDrawn () { this.goesThere = true }

  where () { return this.part ? this.part._path.filter((one) => typeof one === 'number').map((one) => one + 1).join('.') : '' }

  siblings () { return this.editor.get('formFieldRegistry').get(this.part._parent) }

  again () {
    if (this.part && !this.editor.get('formFieldRegistry').get(this.part.id)) { this.unsent = null; this.show(null); return }
    if (!this.place.contains(document.activeElement) || document.activeElement.dataset.press) this.show(this.part)
  }

  async show (part) {
    if (this.waiting || this.unsent) await this.flush()
    if (this.unsent) { this.stay(part); return }
    this.part = part
    const asked = ++this.asked
    const answer = await this.ask({})
    if (asked !== this.asked) return
    if (!answer?.ok) { this.draw('<p class="govuk-body">The details cannot be shown now.</p>'); return }
    this.draw((await answer.json()).html)
    if (this.goesThere) this.focus()
    this.goesThere = false
  }

  /** What was typed and could not be taken over stays where it is, and its part stays selected. */
  stay (wanted) {
    const selection = this.editor.get('selection')
    if (wanted !== this.part) this.part ? selection.set(this.part) : selection.clear()
  }

  async ask (more) {
    try {
      return await this.saving.post(this.page.dataset.part, { schema: this.editor.getSchema(), place: this.where(), ...more })
    } catch {
      if (!more.typed) this.saving.say('There is no connection: the details cannot be shown now.', 'error')
      return null
    }
  }

  draw (html) {
    const form = document.createElement('form')
    form.noValidate = true
    form.autocomplete = 'off'
    form.innerHTML = html
    const name = this.part ? `Details of “${this.part.label || this.part.text || 'a line'}”` : 'The form itself'
    this.heading.textContent = name.length > 70 ? `${name.slice(0, 68)}…” ` : name
    this.place.replaceChildren(...(this.part && this.isOpen ? [this.presses()] : []), form)
    showWhenAsked(this.place)
    if (!this.isOpen) for (const input of form.elements) input.disabled = true
  }

  presses () {
    const holder = document.createElement('div')
    holder.className = 'app-part-actions'
    const { components } = this.siblings()
    const here = components.indexOf(this.part)
    for (const [press, words, may] of [['-1', 'Move up', here > 0], ['1', 'Move down', here < components.length - 1], ['out', 'Take out', true]]) {
      if (!may) continue
      const button = document.createElement('button')
      Object.assign(button, { type: 'button', className: 'app-link-button', textContent: words })
      button.dataset.press = press
      holder.append(button)
    }
    return holder
  }

  async press (press) {
    if (!press) return
    await this.flush()
    const holder = this.siblings()
    const here = holder.components.indexOf(this.part)
    const modeling = this.editor.get('modeling')
    if (press === 'out') {
      modeling.removeFormField(this.part, holder, here)
      this.place.focus()
      return
    }
    const target = press === '1' ? here + 2 : here - 1
    modeling.moveFormField(this.part, holder, holder, here, target, this.editor.get('formLayouter').getRowForField(this.part), null)
    await this.show(this.part)
    this.place.querySelector(`[data-press="${press}"], [data-press]`).focus()
  }

  /** What stands in the details and is not taken over into the form: the part and its answers; null where nothing is. */
  typed () {
    const form = this.place.querySelector('form')
    return form && (this.waiting || this.unsent) ? { part: this.part?.id ?? null, answers: [...new FormData(form)] } : null
  }

  /** Answers that were kept, in their part again. */
  async takeUp ({ part, answers }) {
    const found = part && this.editor.get('formFieldRegistry').get(part)
    if (part && !found) return
    const selection = this.editor.get('selection')
    found ? selection.set(found) : selection.clear()
    await this.show(found || null)
    for (const input of this.place.querySelectorAll('form [name]')) {
      const values = answers.filter(([name]) => name === input.name).map(([, value]) => value)
      if (['checkbox', 'radio'].includes(input.type)) input.checked = values.includes(input.value)
      else if (values.length) [input.value] = values
    }
    await this.send(true)
  }

  later () {
    clearTimeout(this.waiting)
    this.waiting = setTimeout(() => this.send(false), PAUSE)
  }

  async flush () {
    if (this.waiting || this.unsent) await this.send(true)
    await this.sending
    return this.unsent
  }

  send (isWhole) {
    clearTimeout(this.waiting)
    this.waiting = null
    this.sending = (this.sending || Promise.resolve()).then(() => this.sendNow(isWhole))
    return this.sending
  }

  async sendNow (isWhole) {
    const form = this.place.querySelector('form')
    const part = this.part
    if (!form || !this.isOpen) return
    const sent = new Map([...form.elements].map((input) => [input.id, valueOf(input)]))
    const key = form.querySelector('#key')
    if (key && part && key.value !== part.key) this.follows.delete(part.id)
    const answer = await this.ask({ typed: [...new FormData(form)], follows: this.follows.has(part?.id) })
    const isHeard = Boolean(answer) && [200, 422].includes(answer.status)
    if (part === this.part) this.unsent = isHeard ? null : { status: answer?.status ?? 0 }
    if (this.unsent) this.saving.notTaken(this.unsent)
    if (!isHeard || part !== this.part) return
    const said = await answer.json()
    if (answer.ok) {
      const isSame = this.apply(said.schema) && !this.troubled
      if (isSame && !isWhole) return
    } else if (!isWhole) return
    this.troubled = !answer.ok
    this.keepTyping(() => this.draw(said.html), sent)
  }

  /** Draws anew without taking the focus, or what was typed meanwhile, from anybody. */
  keepTyping (draw, sent) {
    const active = document.activeElement
    const isHere = this.place.contains(active)
    const since = [...this.place.querySelectorAll('input, select, textarea')].filter((input) => sent.has(input.id) && sent.get(input.id) !== valueOf(input)).map((input) => [input.id, valueOf(input)])
    const at = isHere && active.selectionStart
    draw()
    for (const [id, value] of since) {
      const input = this.place.querySelector(`#${CSS.escape(id)}`)
      if (input) input[typeof value === 'boolean' ? 'checked' : 'value'] = value
    }
    if (!isHere) return
    const again = active.id && this.place.querySelector(`#${CSS.escape(active.id)}`)
    if (again) again.focus()
    if (again && typeof at === 'number') again.setSelectionRange(at, at)
  }

  /** Takes the changed form over as one step that can be undone; whether the part is of the kind and key that it was. */
  apply (schema) {
    const registry = this.editor.get('formFieldRegistry')
    const now = this.editor.getSchema()
    const before = partsOf(now)
    const changes = []
    for (const [id, after] of partsOf(schema)) {
      const found = before.has(id) ? changesOf(before.get(id), after) : {}
      if (Object.keys(found).length) changes.push([registry.get(id), found])
    }
    if (schema.title !== now.title) changes.push([this.editor._getState().schema, { title: schema.title }])
    if (!changes.length) return true
    const mine = changes.find(([part]) => part === this.part)?.[1] || {}
    this.applying = true
    this.editor.get('commandStack').execute('form.change', { changes })
    this.applying = false
    return !('type' in mine || 'subtype' in mine || 'key' in mine)
  }
}
