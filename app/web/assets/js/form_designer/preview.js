// The page as people will see it: the server's own page of the unsaved form, in a frame as wide as a telephone.
import { showWhenAsked } from '../conditions.js'

const PAUSE = 350

export class Preview {
  constructor (page, editor, saving, onFaults) {
    Object.assign(this, { page, editor, saving, onFaults, asked: 0 })
    this.frame = page.querySelector('[data-preview-frame]')
  }

  later () {
    clearTimeout(this.waiting)
    this.waiting = setTimeout(() => this.draw(), PAUSE)
  }

  async draw () {
    const asked = ++this.asked
    let answer
    try {
      answer = await this.saving.post(this.page.dataset.preview, { schema: this.editor.getSchema() })
    } catch { return } // without a connection the page stays as it was; saving says so
    if (!answer.ok || asked !== this.asked) return
    const { html, faults } = await answer.json()
    this.onFaults(faults)
    if (html) this.show(html)
    this.frame.classList.toggle('app-form-designer__preview--old', !html)
  }

  show (html) {
    const seen = this.frame.contentDocument
    if (!seen.head.querySelector('link')) {
      const link = seen.createElement('link')
      Object.assign(link, { rel: 'stylesheet', href: this.page.dataset.site })
      seen.head.append(link)
      seen.documentElement.lang = 'en'
      seen.documentElement.className = 'govuk-template'
      seen.body.className = 'govuk-template__body js-enabled govuk-frontend-supported app-seen-body'
      seen.title = 'The page that people will see'
    }
    const top = seen.scrollingElement?.scrollTop || 0
    seen.body.innerHTML = html
    showWhenAsked(seen.body)
    if (seen.scrollingElement) seen.scrollingElement.scrollTop = top
  }
}
