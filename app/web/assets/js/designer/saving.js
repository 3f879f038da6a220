// Saves by itself a moment after the last change. Without a connection a copy stays in this browser and is saved later;
// what somebody else has saved is never written over. Words in a field that has not been left are kept beside the copy.
import { sendAgain } from '../editor_requests.js'

const PAUSE = 800
const AGAIN = 5000
const WORDS = {
  saving: 'Saving…',
  saved: 'All changes saved',
  offline: 'Not saved: there is no connection. A copy is kept in this browser and is saved as soon as you are back.',
  ended: 'Not saved: you have been signed out. A copy is kept in this browser. Sign in in another tab, then come back here.',
  wrong: 'Not saved: the server could not do it. A copy is kept in this browser; trying again.'
}

export class Saving {
  constructor (page, { modeler, model, revision, path, profile, onSaid, onMoved }) {
    Object.assign(this, { page, modeler, model, revision, path, profile, onSaid, onMoved, changed: false, saving: false, stopped: false })
    this.key = `throughcare.drawing.${page.dataset.draft}.${path}`
    this.ids = this.drawn()
    window.addEventListener('beforeunload', (event) => { if (this.changed || this.unsaved || this.typing) event.preventDefault() })
    window.addEventListener('online', () => this.later(0))
  }

  say (words, kind = '') {
    const place = this.page.querySelector('[data-designer-state]')
    if (place.textContent !== words) place.textContent = words
    place.dataset.kind = kind
  }

  drawn () { return new Set(this.modeler.get('elementRegistry').getAll().map((one) => one.businessObject?.id).filter(Boolean)) }

  touch () {
    if (this.stopped) return
    this.changed = true
    this.say(WORDS.saving)
    this.later(PAUSE)
  }

  later (pause) {
    clearTimeout(this.waiting)
    if (this.changed && !this.stopped) this.waiting = setTimeout(() => this.save(), pause)
  }

  keep (xml) {
    if (!this.typing) this.store(`${this.key}.typed`, null)
    this.store(this.key, { xml, revision: this.revision, meant: [...this.model.meant] })
  }

  /** Words that stand in a field of the details: kept as they are typed, done when the field is left. */
  type (typing) {
    this.typing = typing
    if (typing) this.store(`${this.key}.typed`, typing)
  }

  forget () { this.store(this.key, null) }

  forgetTyped () { this.store(`${this.key}.typed`, null) }

  store (key, value) {
    try {
      if (value) localStorage.setItem(key, JSON.stringify(value))
      else localStorage.removeItem(key)
    } catch { /* a full or closed store: the page itself still holds it */ }
  }

  kept (key = this.key) { try { return JSON.parse(localStorage.getItem(key)) } catch { return null } }

  keptTyped () { return this.kept(`${this.key}.typed`) }

  async save () {
    if (this.saving || this.stopped) return
    this.saving = true
    this.changed = false
    let xml
    try {
      xml = (await this.modeler.saveXML({ format: true })).xml
      const now = this.drawn()
      const body = {
        revision: this.revision, path: this.path, profile: this.profile(), xml, removed: [...this.model.meant.values()], deleted: [...this.ids].filter((id) => !now.has(id))
      }
      await this.heard(await sendAgain(this.page, this.page.dataset.save, body), xml, now)
    } catch {
      this.failed(xml, WORDS.offline)
    } finally {
      this.saving = false
      if (this.changed) this.later(this.troubled ? AGAIN : PAUSE)
    }
  }

  failed (xml, words) {
    this.changed = this.troubled = this.unsaved = true
    if (xml) this.keep(xml)
    this.say(words, 'error')
  }

  async heard (answer, xml, now) {
    if (answer.ok) {
      const said = await answer.json()
      this.troubled = this.unsaved = false
      this.revision = said.revision
      this.ids = now
      if (!this.typing) this.forgetTyped()
      if (!this.changed) { this.model.meant.clear(); this.forget(); this.say(WORDS.saved, 'saved') }
      this.onSaid(said)
      return
    }
    if (answer.status >= 500) { this.failed(xml, WORDS.wrong); return }
    if (answer.status === 401) { this.failed(xml, WORDS.ended); return }
    const said = await answer.json()
    this.keep(xml)
    if (said.moved) { this.stopped = this.changed = true; this.say('Not saved', 'error'); this.onMoved(said.sentence, xml); return }
    this.troubled = false
    this.unsaved = true
    this.say(said.sentence, 'error')
  }
}
