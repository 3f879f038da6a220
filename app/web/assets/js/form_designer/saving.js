// Saves when it is told to. What is not saved yet is kept in this browser, with the words that were typed last under
// Details; what somebody else has saved is never written over.
import { sendAgain } from '../editor_requests.js'

const WORDS = {
  changed: 'There are changes that are not saved',
  saving: 'Saving…',
  saved: 'All changes saved',
  offline: 'Not saved: there is no connection. A copy is kept in this browser. Save again when you are back.',
  ended: 'Not saved: you have been signed out. A copy is kept in this browser. Sign in in another tab, then save again here.',
  wrong: 'Not saved: the server could not do it. A copy is kept in this browser. Try again.',
  untaken: 'What you typed last under Details is in the copy.'
}

export class Saving {
  constructor (page, { editor, known, panel, onFindings }) {
    Object.assign(this, { page, editor, known, panel, onFindings, revision: known.revision, stopped: false })
    this.stored = this.written()
    window.addEventListener('beforeunload', (event) => { if (this.isChanged()) event.preventDefault() })
  }

  // The rows that the editor lays out are its own: they are not kept, and what was undone is no change for them.
  written () { return JSON.stringify(this.editor.getSchema(), (key, value) => key === 'layout' ? undefined : value) }

  isChanged () { return Boolean(this.panel()?.typed()) || this.written() !== this.stored }

  say (words, kind = '') {
    const place = this.page.querySelector('[data-state]')
    if (place.textContent !== words) place.textContent = words
    place.dataset.kind = kind
  }

  touch () {
    if (this.stopped || !this.known.is_open) return
    if (this.isChanged()) { this.keep(); this.say(WORDS.changed) } else { this.forget(); this.say(WORDS.saved, 'saved') }
  }

  keep () { try { localStorage.setItem(this.page.dataset.key, JSON.stringify({ schema: this.editor.getSchema(), revision: this.revision, typed: this.panel()?.typed() })) } catch { /* a full or closed store: the page itself still holds it */ } }

  forget () { try { localStorage.removeItem(this.page.dataset.key) } catch { /* see keep */ } }

  post (address, body) { return sendAgain(this.page, address, body) }

  async save (thoughRead = false) {
    if (this.busy || this.stopped || !this.known.is_open) return
    this.busy = true
    this.page.querySelector('[data-read]').hidden = true
    try {
      const untaken = await this.panel().flush()
      if (untaken) {
        this.notTaken(untaken)
        return
      }
      this.say(WORDS.saving)
      const stored = this.written()
      const answer = await this.post(this.page.dataset.save, { revision: this.revision, schema: this.editor.getSchema(), though_read: thoughRead })
      await this.heard(answer, stored)
    } catch {
      this.failed(WORDS.offline)
    } finally {
      this.busy = false
    }
  }

  /** What was typed last under Details could not be taken over into the form. */
  notTaken ({ status }) { this.failed(`${status === 401 ? WORDS.ended : status ? WORDS.wrong : WORDS.offline} ${WORDS.untaken}`) }

  failed (words) {
    this.keep()
    this.say(words, 'error')
  }

  async heard (answer, stored) {
    if (answer.status >= 500) { this.failed(WORDS.wrong); return }
    if (answer.status === 401) { this.failed(WORDS.ended); return }
    const said = await answer.json()
    if (answer.ok) {
      this.revision = said.revision
      this.stored = stored
      this.forget()
      this.touch()
      this.onFindings(said.findings)
      return
    }
    this.failed(said.moved || said.read ? 'Not saved' : said.sentence)
    if (said.moved) this.conflict(said.sentence)
    if (said.read) this.askThough(said.sentence)
  }

  /** Somebody else was quicker: theirs or mine, said so that nobody loses anything by accident. */
  conflict (sentence) {
    this.stopped = true
    const box = this.page.querySelector('[data-conflict]')
    box.hidden = false
    box.querySelector('[data-sentence]').textContent = sentence
    box.querySelector('[data-theirs]').onclick = () => { this.isChanged = () => false; this.forget(); window.location.reload() }
    box.querySelector('[data-mine]').onclick = () => {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob([JSON.stringify(this.editor.getSchema(), null, 2)], { type: 'application/json' }))
      link.download = `${this.page.dataset.name}-mine.json`
      link.click()
      URL.revokeObjectURL(link.href)
    }
    box.focus()
  }

  askThough (sentence) {
    const box = this.page.querySelector('[data-read]')
    box.hidden = false
    box.querySelector('[data-sentence]').textContent = sentence
    box.querySelector('[data-though]').onclick = () => this.save(true)
    box.querySelector('[data-not]').onclick = () => { box.hidden = true; this.page.querySelector('[data-do=save]').focus() }
    box.focus()
  }

  offerKept () {
    let kept = null
    try { kept = JSON.parse(localStorage.getItem(this.page.dataset.key)) } catch { /* a closed store holds nothing */ }
    if (!kept || !this.known.is_open) return
    const box = this.page.querySelector('[data-kept]')
    box.hidden = false
    box.querySelector('[data-since]').hidden = kept.revision === this.revision
    box.querySelector('[data-take]').onclick = async () => {
      box.hidden = true
      await this.editor.importSchema(kept.schema)
      this.editor.get('eventBus').fire('commandStack.changed')
      if (kept.typed) await this.panel().takeUp(kept.typed)
    }
    box.querySelector('[data-leave]').onclick = () => { box.hidden = true; this.forget() }
  }
}
