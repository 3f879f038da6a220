// Warns five minutes before the session ends, with a way to stay (WCAG 2.2.1). Drafts are on the server: whoever is
// signed out loses nothing. A page with something that could not be saved stays as it is, and says so at the form.
import { RENEWED, hasUnsaved } from './draft.js'

const WARN_BEFORE = 5 * 60
const TYPED = 'form[data-typed-in]:not([data-draft])'

/** A form without a draft goes to the sign-in page, which holds what was typed and gives it back afterwards. */
function sendAway (form) {
  const again = document.createElement('input')
  Object.assign(again, { type: 'hidden', name: 'action', value: 'again' })
  form.append(again)
  form.submit()
}

export function warnBeforeSessionEnds (page) {
  const dialog = page.querySelector('dialog[data-session-seconds]')
  if (!dialog || !dialog.showModal) return
  const form = dialog.querySelector('form')
  const minutes = dialog.querySelector('[data-session-minutes]')
  let endsAt, tick

  page.addEventListener('input', ({ target }) => {
    if (target.form?.querySelector('[name="typed_by"]')) target.form.dataset.typedIn = ''
  })

  const leave = () => {
    clearInterval(tick)
    if (hasUnsaved(page)) dialog.close()
    else if (page.querySelector(TYPED)) sendAway(page.querySelector(TYPED))
    else window.location.assign(dialog.dataset.sessionEnded)
  }
  const show = () => {
    const left = Math.max(0, Math.round((endsAt - Date.now()) / 1000))
    if (left === 0) { leave(); return }
    const whole = Math.ceil(left / 60)
    const words = whole === 1 ? '1 minute' : `${whole} minutes`
    if (minutes.textContent !== words) minutes.textContent = words
    if (!dialog.open) dialog.showModal()
  }
  const start = (seconds) => {
    clearInterval(tick)
    endsAt = Date.now() + seconds * 1000
    tick = setInterval(() => { if (endsAt - Date.now() <= WARN_BEFORE * 1000) show() }, 1000)
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), credentials: 'same-origin' })
      if (!answer.ok || answer.redirected) { leave(); return }
      dialog.close()
      start(Number(dialog.dataset.sessionSeconds))
    } catch {
      dialog.close()
    }
  })
  page.addEventListener(RENEWED, () => { if (!dialog.open) start(Number(dialog.dataset.sessionSeconds)) })
  start(Number(dialog.dataset.sessionSeconds))
}
